import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  Job,
  ReplicaSet,
  StatefulSet,
} from '../types/workload-objects.ts';
import { ageColumn, containersColumn, imagesColumn, labelText, nameColumn, selectorColumn, since } from './cells.ts';
import { type Column, column } from './columns.ts';
import { humanDuration } from './duration.ts';

const integer = { type: 'integer' } as const;
const templateColumns = [containersColumn, imagesColumn, selectorColumn];

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  column<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  column<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...templateColumns,
];

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  column<ReplicaSet>('Desired', ({ spec }) => spec.replicas ?? 0, integer),
  column<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0, integer),
  column<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0, integer),
  ageColumn,
  ...templateColumns,
];

export const statefulSetColumns: readonly Column[] = [
  nameColumn,
  column<StatefulSet>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  ageColumn,
  containersColumn,
  imagesColumn,
];

export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  column<DaemonSet>('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, integer),
  column<DaemonSet>('Current', ({ status }) => status?.currentNumberScheduled ?? 0, integer),
  column<DaemonSet>('Ready', ({ status }) => status?.numberReady ?? 0, integer),
  column<DaemonSet>('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, integer),
  column<DaemonSet>('Available', ({ status }) => status?.numberAvailable ?? 0, integer),
  column<DaemonSet>('Node Selector', ({ spec }) => labelText(spec.template.spec.nodeSelector)),
  ageColumn,
  ...templateColumns,
];

function jobState({ metadata, status, spec }: Job): string {
  const is = (wanted: string) => status?.conditions?.some((item) => item.type === wanted && item.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return spec.suspend ? 'Suspended' : 'Running';
}

function completions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${done}/1 of ${spec.parallelism}` : `${done}/1`;
}

function jobDuration({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  if (!status.completionTime) return since(status.startTime, now);
  return humanDuration(Date.parse(status.completionTime) - Date.parse(status.startTime));
}

export const jobColumns: readonly Column[] = [
  nameColumn,
  column<Job>('Status', jobState),
  column<Job>('Completions', completions),
  column<Job>('Duration', (job, { now }) => jobDuration(job, now)),
  ageColumn,
  ...templateColumns,
];

function controllerName({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : '<none>';
}

export const controllerRevisionColumns: readonly Column[] = [
  nameColumn,
  column<ControllerRevision>('Controller', controllerName),
  column<ControllerRevision>('Revision', ({ revision }) => revision, integer),
  ageColumn,
];
