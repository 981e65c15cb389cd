import type { ResourceKey } from '../types/kinds.ts';
import type { StringMap } from '../types/objects.ts';
import type { Fields } from './pod-defaults.ts';
import { withTemplateDefaults } from './pod-defaults.ts';

function specOf(object: Fields): Fields {
  return (object['spec'] as Fields | undefined) ?? {};
}

function list(value: unknown): readonly Fields[] | undefined {
  return value as Fields[] | undefined;
}

/** `stringData` is written, never read. Source: pkg/apis/core/v1/conversion.go, Convert_v1_Secret_To_core_Secret. */
function secret({ stringData, ...object }: Fields): Fields {
  const encoded = Object.entries((stringData ?? {}) as StringMap).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  const data = { ...(object['data'] as Fields | undefined), ...Object.fromEntries(encoded) };
  return { ...object, type: object['type'] || 'Opaque', ...(Object.keys(data).length > 0 ? { data } : {}) };
}

/** Source: pkg/apis/batch/v1/defaults.go, SetDefaults_CronJob. The template's Job gets its own only when it is made. */
function cronJob(object: Fields): Fields {
  const spec: Fields = {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...specOf(object),
  };
  const template = (spec['jobTemplate'] ?? {}) as Fields;
  const job = (template['spec'] ?? {}) as Fields;
  const jobTemplate = {
    ...template,
    metadata: template['metadata'] ?? {},
    spec: { ...job, template: withTemplateDefaults(job['template']) },
  };
  return { ...object, spec: { ...spec, jobTemplate }, status: object['status'] ?? {} };
}

const cpuAt80 = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const scaleUp = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const scaleDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
function autoscaler(object: Fields): Fields {
  const { behavior, ...spec } = specOf(object) as Fields & { behavior?: Fields };
  const rules = behavior && {
    ...behavior,
    scaleUp: { ...scaleUp, ...(behavior['scaleUp'] as Fields | undefined) },
    scaleDown: { ...scaleDown, ...(behavior['scaleDown'] as Fields | undefined) },
  };
  const metrics = list(spec['metrics'])?.length ? spec['metrics'] : [cpuAt80];
  const status = object['status'] ?? { desiredReplicas: 0, currentMetrics: null };
  return { ...object, spec: { minReplicas: 1, ...spec, metrics, ...(rules ? { behavior: rules } : {}) }, status };
}

function withProtocol(ports: unknown): Fields {
  return ports ? { ports: list(ports)?.map((port) => ({ protocol: 'TCP', ...port })) } : {};
}

/** Source: pkg/apis/networking/v1/defaults.go. */
function networkPolicy(object: Fields): Fields {
  const { ingress, egress, ...spec } = specOf(object);
  const rules = (given: unknown) => list(given)?.map((rule) => ({ ...rule, ...withProtocol(rule['ports']) }));
  const implied = list(egress)?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  const filled = {
    // Go writes the selector also when it is not given.
    podSelector: {},
    ...spec,
    ...(ingress ? { ingress: rules(ingress) } : {}),
    ...(egress ? { egress: rules(egress) } : {}),
    policyTypes: list(spec['policyTypes'])?.length ? spec['policyTypes'] : implied,
  };
  return { ...object, spec: filled };
}

/** Source: pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem. */
function limitRangeItem(item: Fields): Fields {
  if (item['type'] !== 'Container') return item;
  const defaults = { ...(item['max'] as Fields), ...(item['default'] as Fields) };
  const requests = { ...(item['min'] as Fields), ...defaults, ...(item['defaultRequest'] as Fields) };
  return {
    ...item,
    ...(Object.keys(defaults).length > 0 ? { default: defaults } : {}),
    ...(Object.keys(requests).length > 0 ? { defaultRequest: requests } : {}),
  };
}

/** Source: pkg/apis/discovery/v1/defaults.go. */
function endpointSlice(object: Fields): Fields {
  const ports = list(object['ports'])?.map((port) => ({ name: '', protocol: 'TCP', ...port })) ?? null;
  return { ...object, endpoints: object['endpoints'] ?? null, ports };
}

/** Source: pkg/apis/admissionregistration/v1/defaults.go. */
function matchResources(given: unknown): Fields {
  const match = given as Fields;
  const scoped = (rules: unknown) => list(rules)?.map((rule) => ({ ...rule, scope: rule['scope'] ?? '*' }));
  const rules = ['resourceRules', 'excludeResourceRules'].filter((name) => match[name]);
  return {
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    ...match,
    ...Object.fromEntries(rules.map((name) => [name, scoped(match[name])])),
  };
}

function admissionPolicy(object: Fields): Fields {
  const spec: Fields = { failurePolicy: 'Fail', ...specOf(object) };
  const constraints = spec['matchConstraints'];
  const filled = constraints ? { ...spec, matchConstraints: matchResources(constraints) } : spec;
  return { ...object, spec: filled, status: object['status'] ?? {} };
}

function admissionBinding(object: Fields): Fields {
  const spec = specOf(object);
  const match = spec['matchResources'];
  return { ...object, spec: match ? { ...spec, matchResources: matchResources(match) } : spec };
}

/** Source: pkg/apis/rbac/v1/defaults.go. */
function roleBinding(object: Fields): Fields {
  const rbac = 'rbac.authorization.k8s.io';
  const reference = (object['roleRef'] ?? {}) as Fields;
  const subjects = list(object['subjects'])?.map((subject) =>
    subject['kind'] === 'User' || subject['kind'] === 'Group' ? { apiGroup: rbac, ...subject } : subject,
  );
  return { ...object, roleRef: { apiGroup: rbac, ...reference }, ...(subjects ? { subjects } : {}) };
}

/** Defaults of what applications bring along besides their workloads. */
export const applicationDefaults: Partial<Record<ResourceKey, (object: Fields) => Fields>> = {
  secrets: secret,
  limitranges: (object) => ({
    ...object,
    spec: { ...specOf(object), limits: list(specOf(object)['limits'])?.map(limitRangeItem) ?? null },
  }),
  resourcequotas: (object) => ({ ...object, spec: specOf(object), status: object['status'] ?? {} }),
  podtemplates: (object) => ({ ...object, template: withTemplateDefaults(object['template']) }),
  'cronjobs.batch': cronJob,
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'ingresses.networking.k8s.io': (object) => ({ ...object, status: object['status'] ?? { loadBalancer: {} } }),
  'networkpolicies.networking.k8s.io': networkPolicy,
  'endpointslices.discovery.k8s.io': endpointSlice,
  'priorityclasses.scheduling.k8s.io': (object) => ({ preemptionPolicy: 'PreemptLowerPriority', ...object }),
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': admissionBinding,
  'rolebindings.rbac.authorization.k8s.io': roleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': roleBinding,
};
