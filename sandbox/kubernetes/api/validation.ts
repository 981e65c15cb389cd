import { sameJson } from '../types/equal.ts';
import type { Container, KubeObject, LabelSelector, PodSpec, PodTemplate, Taint } from '../types/objects.ts';
import type { ResourceDefinition } from '../types/resources.ts';
import { labelMatcher } from '../types/selectors.ts';
import type { FieldError } from '../types/status.ts';
import type { CronJob, PodDisruptionBudget } from '../types/workload-objects.ts';
import { applicationErrors, frozenDataErrors } from './application-errors.ts';
import { annotationErrors, labelErrors, type NameRule, nameErrors } from './names.ts';
import { selectorErrors } from './selector-errors.ts';
import { taintErrors } from './taint-errors.ts';

/** Words: k8s.io/apimachinery/pkg/api/validation/objectmeta.go. */
const immutable = 'field is immutable';

function nameRule(definition: ResourceDefinition): NameRule {
  if (definition.group === 'rbac.authorization.k8s.io') return 'path';
  return definition.resource === 'namespaces' || definition.resource === 'services' ? 'label' : 'subdomain';
}

function required(field: string, detail = ''): FieldError {
  return { field, type: 'FieldValueRequired', detail };
}

function negative(field: string, value: unknown): FieldError {
  return { field, type: 'FieldValueInvalid', value, detail: 'must be greater than or equal to 0' };
}

function containerErrors(containers: readonly Container[], field: string): FieldError[] {
  if (containers.length === 0) return [required(field)];
  return containers.flatMap((item, at) => {
    const path = `${field}[${at}]`;
    const named = item.name ? nameErrors(item.name, 'label', `${path}.name`) : [required(`${path}.name`)];
    return item.image ? named : [...named, required(`${path}.image`)];
  });
}

function podSpecErrors(spec: PodSpec, field: string, restart: readonly string[]): FieldError[] {
  const errors = containerErrors(spec.containers, `${field}.containers`);
  const policy = spec.restartPolicy ?? '';
  if (restart.includes(policy)) return errors;
  const supported = restart.map((item) => JSON.stringify(item)).join(', ');
  // Seen on a real server of 1.36 (pkg/apis/batch/validation, ValidateJobSpec): what pods may have and jobs may not is missing, not unsupported.
  if (policy === 'Always') return [...errors, required(`${field}.restartPolicy`, `valid values: ${supported}`)];
  const detail = `supported values: ${supported}`;
  return [...errors, { field: `${field}.restartPolicy`, type: 'FieldValueNotSupported', value: policy, detail }];
}

function workloadErrors(object: KubeObject, restart: readonly string[]): FieldError[] {
  const spec = object.spec as { selector?: LabelSelector; template?: PodTemplate; replicas?: number };
  const wrong = selectorErrors(spec.selector);
  const errors: FieldError[] = spec.selector ? [...wrong] : [required('spec.selector')];
  if ((spec.replicas ?? 0) < 0) errors.push(negative('spec.replicas', spec.replicas));
  const labels = spec.template?.metadata?.labels ?? {};
  if (spec.selector && wrong.length === 0 && !labelMatcher(spec.selector)(labels)) {
    const detail = '`selector` does not match template `labels`';
    errors.push({ field: 'spec.template.metadata.labels', type: 'FieldValueInvalid', value: labels, detail });
  }
  return spec.template ? [...errors, ...podSpecErrors(spec.template.spec, 'spec.template.spec', restart)] : errors;
}

/** Source: pkg/apis/policy/validation/validation.go, ValidatePodDisruptionBudgetSpec. */
function budgetErrors(object: KubeObject): FieldError[] {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = (object as PodDisruptionBudget).spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set';
    errors.push({ field: 'spec', type: 'FieldValueInvalid', value: (object as PodDisruptionBudget).spec, detail });
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (typeof value === 'number' && value < 0) errors.push(negative(`spec.${name}`, value));
    if (typeof value === 'string' && !(Number(/^([0-9]+)%$/.exec(value)?.[1]) <= 100)) {
      const words =
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
      const detail = /^[0-9]+%$/.test(value) ? 'must not be greater than 100%' : words;
      errors.push({ field: `spec.${name}`, type: 'FieldValueInvalid', value, detail });
    }
  }
  if (policy !== undefined && policy !== 'AlwaysAllow' && policy !== 'IfHealthyBudget') {
    const detail = 'supported values: "AlwaysAllow", "IfHealthyBudget"';
    errors.push({ field: 'spec.unhealthyPodEvictionPolicy', type: 'FieldValueNotSupported', value: policy, detail });
  }
  return [...errors, ...selectorErrors((object as PodDisruptionBudget).spec.selector)];
}

function cronJobErrors(cron: CronJob): FieldError[] {
  const { spec } = cron.spec.jobTemplate.spec.template;
  const field = 'spec.jobTemplate.spec.template.spec';
  return [
    ...(applicationErrors['cronjobs.batch']?.(cron) ?? []),
    ...podSpecErrors(spec, field, ['OnFailure', 'Never']),
  ];
}

function kindErrors(definition: ResourceDefinition, object: KubeObject): FieldError[] {
  switch (definition.key) {
    case 'pods':
      return podSpecErrors((object as KubeObject & { spec: PodSpec }).spec, 'spec', ['Always', 'OnFailure', 'Never']);
    case 'deployments.apps':
    case 'replicasets.apps':
    case 'statefulsets.apps':
    case 'daemonsets.apps':
      return workloadErrors(object, ['Always']);
    case 'jobs.batch':
      return workloadErrors(object, ['OnFailure', 'Never']);
    case 'poddisruptionbudgets.policy':
      return budgetErrors(object);
    case 'cronjobs.batch':
      return cronJobErrors(object as CronJob);
    case 'nodes':
      return taintErrors((object.spec as { taints?: readonly Taint[] } | undefined)?.taints ?? []);
    default:
      return applicationErrors[definition.key]?.(object) ?? [];
  }
}

/** What a create or update would be refused for, whatever was there before. */
export function objectErrors(definition: ResourceDefinition, object: KubeObject): FieldError[] {
  const { name, labels, annotations } = object.metadata;
  return [
    ...nameErrors(name, nameRule(definition), 'metadata.name'),
    ...labelErrors(labels, 'metadata.labels'),
    ...annotationErrors(annotations),
    ...kindErrors(definition, object),
  ];
}

type Spec = Readonly<Record<string, unknown>>;

const immutableFields: Partial<Record<ResourceDefinition['key'], readonly string[]>> = {
  'deployments.apps': ['selector'],
  'replicasets.apps': ['selector'],
  'daemonsets.apps': ['selector'],
  'jobs.batch': ['selector', 'template', 'completionMode'],
  persistentvolumeclaims: ['storageClassName', 'accessModes', 'volumeMode'],
};

/** Source: pkg/apis/core/validation/validation.go, ValidatePodUpdate: only these may change. */
const podWords =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function frozenPod(spec: Spec): Spec {
  const { tolerations: _tolerations, activeDeadlineSeconds: _deadline, schedulingGates: _gates, ...rest } = spec;
  const anyImage = (items: unknown): unknown =>
    (items as Container[] | undefined)?.map((item) => ({ ...item, image: '' }));
  return { ...rest, containers: anyImage(rest['containers']), initContainers: anyImage(rest['initContainers']) };
}

const statefulSetWords =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function frozenStatefulSet(spec: Spec): Spec {
  const { replicas: _r, ordinals: _o, template: _t, updateStrategy: _u, ...rest } = spec;
  const { revisionHistoryLimit: _h, persistentVolumeClaimRetentionPolicy: _p, minReadySeconds: _m, ...frozen } = rest;
  return frozen;
}

function specChangeErrors(definition: ResourceDefinition, before: Spec, after: Spec): FieldError[] {
  if (definition.key === 'pods' && !sameJson(frozenPod(before), frozenPod(after))) {
    return [{ field: 'spec', type: 'FieldValueForbidden', detail: podWords }];
  }
  if (definition.key === 'statefulsets.apps' && !sameJson(frozenStatefulSet(before), frozenStatefulSet(after))) {
    return [{ field: 'spec', type: 'FieldValueForbidden', detail: statefulSetWords }];
  }
  if (definition.key === 'nodes' && before['providerID'] && before['providerID'] !== after['providerID']) {
    const detail = 'node updates may not change providerID except from "" to valid';
    return [{ field: 'spec.providerID', type: 'FieldValueForbidden', detail }];
  }
  return (immutableFields[definition.key] ?? [])
    .filter((field) => before[field] !== undefined && !sameJson(before[field], after[field]))
    .map((field) => ({ field: `spec.${field}`, type: 'FieldValueInvalid', value: after[field], detail: immutable }));
}

function dataChangeErrors(before: KubeObject, after: KubeObject): FieldError[] {
  const [was, is] = [before, after].map((object) => (object as { type?: string }).type);
  const errors = frozenDataErrors(before, after);
  return was === is ? errors : [{ field: 'type', type: 'FieldValueInvalid', value: is, detail: immutable }, ...errors];
}

/** What an update would be refused for because of what was there before. */
export function updateErrors(definition: ResourceDefinition, before: KubeObject, after: KubeObject): FieldError[] {
  const roleRef = (object: KubeObject) => (object as KubeObject & { roleRef?: object }).roleRef;
  if (definition.kind.endsWith('RoleBinding') && !sameJson(roleRef(before), roleRef(after))) {
    return [{ field: 'roleRef', type: 'FieldValueInvalid', value: roleRef(after), detail: 'cannot change roleRef' }];
  }
  if (definition.key === 'secrets' || definition.key === 'configmaps') return dataChangeErrors(before, after);
  return specChangeErrors(definition, (before.spec ?? {}) as Spec, (after.spec ?? {}) as Spec);
}
