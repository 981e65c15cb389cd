import type { Role } from '../types/cluster-objects.ts';
import { CronSchedule } from '../types/cron-schedule.ts';
import { sameJson } from '../types/equal.ts';
import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import type { FieldError } from '../types/status.ts';
import type { CronJob } from '../types/workload-objects.ts';
import type { Fields } from './pod-defaults.ts';

function required(field: string, detail = ''): FieldError {
  return { field, type: 'FieldValueRequired', detail };
}

function wrong(field: string, value: unknown, detail: string): FieldError {
  return { field, type: 'FieldValueInvalid', value, detail };
}

function unsupported(field: string, value: unknown, words: readonly string[]): FieldError[] {
  if (words.some((word) => word === value)) return [];
  const detail = `supported values: ${words.map((word) => JSON.stringify(word)).join(', ')}`;
  return [{ field, type: 'FieldValueNotSupported', value: value ?? '', detail }];
}

interface Backend {
  readonly service?: { readonly name?: string; readonly port?: { readonly name?: string; readonly number?: number } };
  readonly resource?: object;
}

function backendErrors(backend: Backend | undefined, field: string): FieldError[] {
  const { service, resource } = backend ?? {};
  if (resource) return service ? [wrong(field, '', 'cannot set both resource and service backends')] : [];
  if (!service) return [wrong(field, '', 'resource or service backend is required')];
  const named = service.name ? [] : [required(`${field}.service.name`)];
  const { name, number } = service.port ?? {};
  if (name && number) return [...named, wrong(field, '', 'cannot set both port name & port number')];
  return name || number ? named : [...named, required(field, 'port name or number is required')];
}

function pathErrors(path: Fields, field: string): FieldError[] {
  const { pathType, path: text = '', backend } = path as { pathType?: string; path?: string; backend?: Backend };
  if (pathType === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  const needsSlash = pathType !== 'ImplementationSpecific' || text !== '';
  const absolute =
    needsSlash && !text.startsWith('/') ? [wrong(`${field}.path`, text, 'must be an absolute path')] : [];
  const known = unsupported(`${field}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']);
  return [...(known.length > 0 ? known : absolute), ...backendErrors(backend, `${field}.backend`)];
}

/** Source: pkg/apis/networking/validation/validation.go, ValidateIngressSpec. */
function ingressErrors({ spec }: KubeObject): FieldError[] {
  const { rules = [], defaultBackend } = (spec ?? {}) as { rules?: readonly Fields[]; defaultBackend?: Backend };
  if (rules.length === 0 && !defaultBackend)
    return [wrong('spec', null, 'either `defaultBackend` or `rules` must be specified')];
  const fallback = defaultBackend ? backendErrors(defaultBackend, 'spec.defaultBackend') : [];
  const inRules = rules.flatMap((rule, at) => {
    const http = rule['http'] as { paths?: readonly Fields[] } | undefined;
    if (!http) return [];
    const field = `spec.rules[${at}].http.paths`;
    if (!http.paths?.length) return [required(field)];
    return http.paths.flatMap((path, place) => pathErrors(path, `${field}[${place}]`));
  });
  return [...fallback, ...inRules];
}

/** Source: pkg/apis/autoscaling/validation/validation.go, validateHorizontalPodAutoscalerSpec. */
function autoscalerErrors({ spec }: KubeObject): FieldError[] {
  const {
    minReplicas = 1,
    maxReplicas = 0,
    scaleTargetRef: target,
  } = (spec ?? {}) as {
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
  const low = minReplicas < 1 ? [wrong('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')] : [];
  const field = 'spec.maxReplicas';
  const none = maxReplicas === 0 ? [required(field, 'must be set and greater than 0')] : [];
  const negative = maxReplicas < 0 ? [wrong(field, maxReplicas, 'must be greater than or equal to 1')] : [];
  const below =
    maxReplicas < minReplicas ? [wrong(field, maxReplicas, 'must be greater than or equal to `minReplicas`')] : [];
  const named = (['kind', 'name'] as const).filter((name) => !target?.[name]);
  return [...low, ...none, ...negative, ...below, ...named.map((name) => required(`spec.scaleTargetRef.${name}`))];
}

function scheduleErrors({ schedule, timeZone }: CronJob['spec']): FieldError[] {
  const field = 'spec.schedule';
  if (!schedule) return [required(field)];
  if (schedule.includes('TZ'))
    return [wrong(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  try {
    new CronSchedule(schedule, timeZone);
    return [];
  } catch (error) {
    if (error instanceof RangeError) return [wrong('spec.timeZone', timeZone, `unknown time zone ${timeZone}`)];
    return [wrong(field, schedule, (error as Error).message)];
  }
}

/** Longest name to which the controller can append the time. */
const longestCronName = 52;

/** Source: pkg/apis/batch/validation/validation.go, ValidateCronJobCreate. */
function cronJobErrors(object: KubeObject): FieldError[] {
  const { spec, metadata } = object as CronJob;
  const long = metadata.name.length > longestCronName;
  return [
    ...scheduleErrors(spec),
    ...unsupported('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...(long ? [wrong('metadata.name', metadata.name, 'must be no more than 52 characters')] : []),
  ];
}

/** Source: pkg/apis/scheduling/types.go, HighestUserDefinablePriority. */
const highestPriority = 1_000_000_000;

/** Source: pkg/apis/scheduling/validation/validation.go, ValidatePriorityClass. */
function priorityErrors(object: KubeObject): FieldError[] {
  const { value = 0, metadata } = object as KubeObject & { readonly value?: number };
  if (value <= highestPriority || metadata.name.startsWith('system-')) return [];
  const detail = `maximum allowed value of a user defined priority is ${highestPriority}`;
  return [{ field: 'value', type: 'FieldValueForbidden', detail }];
}

/** Source: pkg/apis/rbac/validation/validation.go, ValidateRoleBinding. */
function bindingErrors(object: KubeObject): FieldError[] {
  const { roleRef, subjects = [] } = object as KubeObject & {
    readonly roleRef: { readonly kind?: string; readonly name?: string };
    readonly subjects?: readonly { readonly kind?: string; readonly name?: string }[];
  };
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const named = roleRef.name ? [] : [required('roleRef.name')];
  return [
    ...unsupported('roleRef.kind', roleRef.kind, kinds),
    ...named,
    ...subjects.flatMap((subject, at) => [
      ...(subject.name ? [] : [required(`subjects[${at}].name`)]),
      ...unsupported(`subjects[${at}].kind`, subject.kind, ['ServiceAccount', 'User', 'Group']),
    ]),
  ];
}

/** Source: pkg/apis/rbac/validation/validation.go, ValidatePolicyRule. */
function roleErrors(object: KubeObject): FieldError[] {
  return ((object as Role).rules ?? []).flatMap((rule, at) => {
    const field = `rules[${at}]`;
    const verbs = rule.verbs?.length ? [] : [required(`${field}.verbs`, 'verbs must contain at least one value')];
    if (rule.nonResourceURLs?.length) {
      const detail = 'namespaced rules cannot apply to non-resource URLs';
      const inside = object.kind === 'Role' ? [wrong(`${field}.nonResourceURLs`, rule.nonResourceURLs, detail)] : [];
      return [...verbs, ...inside];
    }
    return [
      ...verbs,
      ...(rule.apiGroups?.length
        ? []
        : [required(`${field}.apiGroups`, 'resource rules must supply at least one api group')]),
      ...(rule.resources?.length
        ? []
        : [required(`${field}.resources`, 'resource rules must supply at least one resource')]),
    ];
  });
}

/** What objects of these kinds would be refused for. */
export const applicationErrors: Partial<Record<ResourceKey, (object: KubeObject) => FieldError[]>> = {
  'ingresses.networking.k8s.io': ingressErrors,
  'horizontalpodautoscalers.autoscaling': autoscalerErrors,
  'cronjobs.batch': cronJobErrors,
  'priorityclasses.scheduling.k8s.io': priorityErrors,
  'roles.rbac.authorization.k8s.io': roleErrors,
  'clusterroles.rbac.authorization.k8s.io': roleErrors,
  'rolebindings.rbac.authorization.k8s.io': bindingErrors,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingErrors,
};

/** Source: pkg/apis/core/validation/validation.go, ValidateSecretUpdate and ValidateConfigMapUpdate. */
export function frozenDataErrors(before: KubeObject, after: KubeObject): FieldError[] {
  const [old, now] = [before as unknown as Fields, after as unknown as Fields];
  if (old['immutable'] !== true) return [];
  const changed = ['immutable', 'data', 'binaryData'].filter((name) => !sameJson(old[name], now[name]));
  const detail = 'field is immutable when `immutable` is set';
  return changed.map((field) => ({ field, type: 'FieldValueForbidden', detail }));
}
