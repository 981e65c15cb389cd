import type { Container, PodTemplate, StringMap, Toleration } from '../types/objects.ts';

/** A JSON object whose fields are read one by one. */
export type Fields = Readonly<Record<string, unknown>>;

function isLatest(image: unknown): boolean {
  if (typeof image !== 'string' || image.includes('@')) return false;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function withRequests(container: Fields): Fields {
  const resources = container['resources'] as Fields | undefined;
  const limits = resources?.['limits'] as StringMap | undefined;
  if (!limits) return container;
  const requests = { ...limits, ...(resources?.['requests'] as StringMap | undefined) };
  return { ...container, resources: { ...resources, requests } };
}

/** What a pod limits it requests; a template is left as it is. Source: pkg/apis/core/v1/defaults.go, SetDefaults_Pod. */
export function withRequestsOfLimits(spec: Fields): Fields {
  const init = spec['initContainers'] as readonly Fields[] | undefined;
  return {
    ...spec,
    ...(init ? { initContainers: init.map(withRequests) } : {}),
    containers: (spec['containers'] as readonly Fields[]).map(withRequests),
  };
}

function handler(given: unknown): Fields {
  const { httpGet, grpc } = given as { httpGet?: Fields; grpc?: Fields };
  return {
    ...(given as Fields),
    ...(httpGet ? { httpGet: { path: '/', scheme: 'HTTP', ...httpGet } } : {}),
    ...(grpc ? { grpc: { service: '', ...grpc } } : {}),
  };
}

/** Source: pkg/apis/core/v1/defaults.go, SetDefaults_Probe: Go cannot tell a zero from nothing. */
function probe(given: Fields): Fields {
  const defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  const missing = Object.entries(defaults).filter(([name]) => !given[name]);
  return { ...handler(given), ...Object.fromEntries(missing) };
}

function lifecycle(given: Fields): Fields {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, name === 'stopSignal' ? value : handler(value)]),
  );
}

function environment(variable: Fields): Fields {
  const source = variable['valueFrom'] as { fieldRef?: Fields } | undefined;
  if (!source?.fieldRef) return variable;
  return { ...variable, valueFrom: { ...source, fieldRef: { apiVersion: 'v1', ...source.fieldRef } } };
}

function containerParts(fields: Fields): Fields {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => fields[name]);
  return {
    ...Object.fromEntries(probes.map((name) => [name, probe(fields[name] as Fields)])),
    ...(fields['lifecycle'] ? { lifecycle: lifecycle(fields['lifecycle'] as Fields) } : {}),
    ...(fields['env'] ? { env: (fields['env'] as Fields[]).map(environment) } : {}),
  };
}

/** Readable by everybody, as SetDefaults_ConfigMapVolumeSource and its like say. */
const fileMode = 0o644;

function volume(given: Fields): Fields {
  const sources = Object.keys(given).filter((name) => name !== 'name');
  if (sources.length === 0) return { ...given, emptyDir: {} };
  const files = sources.filter((name) => ['configMap', 'secret', 'downwardAPI', 'projected'].includes(name));
  const host = given['hostPath'] as Fields | undefined;
  return {
    ...given,
    ...Object.fromEntries(files.map((name) => [name, { defaultMode: fileMode, ...(given[name] as Fields) }])),
    ...(host ? { hostPath: { type: '', ...host } } : {}),
  };
}

function container(given: Container): Container {
  const fields = given as unknown as Fields;
  const ports = (fields['ports'] as Fields[] | undefined)?.map((port) => ({ protocol: 'TCP', ...port }));
  const defaulted = {
    imagePullPolicy: isLatest(given.image) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...given,
    ...(ports ? { ports } : {}),
    ...containerParts(fields),
    resources: fields['resources'] ?? {},
  };
  return defaulted;
}

/** A pod spec with the server's defaults. Source: pkg/apis/core/v1/defaults.go, SetDefaults_PodSpec and SetDefaults_Container. */
export function podSpecDefaults(spec: Fields | undefined): Fields {
  const given = spec ?? {};
  const init = given['initContainers'] as Container[] | undefined;
  const debug = given['ephemeralContainers'] as Container[] | undefined;
  const volumes = given['volumes'] as Fields[] | undefined;
  const account = given['serviceAccountName'];
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...given,
    ...(account ? { serviceAccount: account } : {}),
    ...(volumes ? { volumes: volumes.map(volume) } : {}),
    ...(debug ? { ephemeralContainers: debug.map(container) } : {}),
    ...(init ? { initContainers: init.map(container) } : {}),
    containers: ((given['containers'] as Container[] | undefined) ?? []).map(container),
  };
}

/** The template of a workload with the defaults of its pods. */
export function withTemplateDefaults(given: unknown): PodTemplate {
  const pod = (given ?? {}) as Fields;
  // The real server shows a null creationTimestamp no more since 1.34; metadata itself is always there.
  const filled: unknown = { ...pod, metadata: pod['metadata'] ?? {}, spec: podSpecDefaults(pod['spec'] as Fields) };
  return filled as PodTemplate;
}

/** Seconds that a pod stays on a lost node. Source: plugin/pkg/admission/defaulttolerationseconds/admission.go. */
const lostNodeSeconds = 300;

function toleratesLostNode(tolerations: readonly Toleration[], key: string): boolean {
  return tolerations.some((item) => (item.key === key || !item.key) && (item.effect === 'NoExecute' || !item.effect));
}

/** What admission adds to a new pod: its service account, the tolerations of lost nodes, a priority. */
export function podAdmission(
  spec: Fields,
  priority: { readonly name: string | undefined; readonly value: number },
): Fields {
  const tolerations = [...((spec['tolerations'] as Toleration[] | undefined) ?? [])];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (toleratesLostNode(tolerations, key)) continue;
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: lostNodeSeconds });
  }
  const account = (spec['serviceAccountName'] as string | undefined) ?? 'default';
  return {
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    ...spec,
    ...(priority.name ? { priorityClassName: priority.name } : {}),
    serviceAccountName: account,
    serviceAccount: account,
    priority: priority.value,
    tolerations,
  };
}

/** Source: pkg/apis/core/v1/helper/qos/qos.go. */
export function qosClass(containers: readonly Container[]): string {
  const named = containers.map(({ resources }) => ({
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
  }));
  if (
    named.every(
      ({ requests, limits }) => !requests['cpu'] && !requests['memory'] && !limits['cpu'] && !limits['memory'],
    )
  ) {
    return 'BestEffort';
  }
  const guaranteed = named.every(({ requests, limits }) =>
    ['cpu', 'memory'].every((name) => limits[name] && limits[name] === requests[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
