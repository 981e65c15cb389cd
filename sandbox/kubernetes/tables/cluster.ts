import type { EventObject, RoleBinding, Service } from '../types/cluster-objects.ts';
import type { KubeObject, Namespace, Node } from '../types/objects.ts';
import type { PodDisruptionBudget } from '../types/workload-objects.ts';
import { ageColumn, labelText, nameColumn, orNone, since } from './cells.ts';
import { type Column, column } from './columns.ts';

const wide = { wide: true } as const;
const integer = { type: 'integer' } as const;

function nodeStatus({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const state = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec.unschedulable ? `${state},SchedulingDisabled` : state;
}

function nodeRoles({ metadata }: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return orNone(
    roles
      .map((key) => key.slice(prefix.length))
      .sort()
      .join(','),
  );
}

function address(node: Node, type: string): string {
  return orNone(node.status.addresses?.find((item) => item.type === type)?.address);
}

function nodeInfo(node: Node, field: string): string {
  return node.status.nodeInfo?.[field] || '<unknown>';
}

export const nodeColumns: readonly Column[] = [
  nameColumn,
  column<Node>('Status', nodeStatus),
  column<Node>('Roles', nodeRoles),
  ageColumn,
  column<Node>('Version', ({ status }) => status.nodeInfo?.['kubeletVersion'] ?? ''),
  column<Node>('Internal-IP', (node) => address(node, 'InternalIP'), wide),
  column<Node>('External-IP', (node) => address(node, 'ExternalIP'), wide),
  column<Node>('OS-Image', (node) => nodeInfo(node, 'osImage'), wide),
  column<Node>('Kernel-Version', (node) => nodeInfo(node, 'kernelVersion'), wide),
  column<Node>('Container-Runtime', (node) => nodeInfo(node, 'containerRuntimeVersion'), wide),
];

export const namespaceColumns: readonly Column[] = [
  nameColumn,
  column<Namespace>('Status', ({ status }) => status?.phase ?? ''),
  ageColumn,
];

function ports({ spec }: Service): string {
  const list = (spec.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return orNone(list.join(','));
}

function externalAddress({ spec }: Service): string {
  if (spec.type === 'ExternalName') return orNone(spec.externalName);
  return spec.type === 'LoadBalancer' ? '<pending>' : '<none>';
}

export const serviceColumns: readonly Column[] = [
  nameColumn,
  column<Service>('Type', ({ spec }) => spec.type ?? ''),
  column<Service>('Cluster-IP', ({ spec }) => orNone(spec.clusterIP)),
  column<Service>('External-IP', externalAddress),
  column<Service>('Port(s)', ports),
  ageColumn,
  column<Service>('Selector', ({ spec }) => labelText(spec.selector), wide),
];

function bound(value: number | string | undefined): string {
  return value === undefined ? 'N/A' : String(value);
}

export const budgetColumns: readonly Column[] = [
  nameColumn,
  column<PodDisruptionBudget>('Min Available', ({ spec }) => bound(spec.minAvailable)),
  column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => bound(spec.maxUnavailable)),
  column<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status.disruptionsAllowed, integer),
  ageColumn,
];

function lastSeen(event: EventObject, now: number): string {
  return since(event.lastTimestamp ?? event.eventTime, now);
}

function eventSource({ source, reportingComponent = '', reportingInstance = '' }: EventObject): string {
  const [component, host] = source?.component
    ? [source.component, source.host]
    : [reportingComponent, reportingInstance];
  return host ? `${component}, ${host}` : component;
}

export const eventColumns: readonly Column[] = [
  column<EventObject>('Last Seen', (event, { now }) => lastSeen(event, now)),
  column<EventObject>('Type', ({ type }) => type ?? ''),
  column<EventObject>('Reason', ({ reason }) => reason ?? ''),
  column<EventObject>('Object', ({ involvedObject: of }) =>
    of.name ? `${of.kind?.toLowerCase()}/${of.name}` : `${of.kind?.toLowerCase()}`,
  ),
  column<EventObject>('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', wide),
  column<EventObject>('Source', eventSource, wide),
  column<EventObject>('Message', ({ message }) => (message ?? '').trim()),
  column<EventObject>('First Seen', (event, { now }) => since(event.firstTimestamp ?? event.eventTime, now), wide),
  column<EventObject>('Count', ({ count }) => String(count ?? 1), wide),
  column<EventObject>('Name', ({ metadata }) => metadata.name, wide),
];

function subjects(binding: RoleBinding, kind: string): string {
  const found = (binding.subjects ?? []).filter((item) => item.kind === kind);
  return found.map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name)).join(', ');
}

export const bindingColumns: readonly Column[] = [
  nameColumn,
  column<RoleBinding>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  column<RoleBinding>('Users', (binding) => subjects(binding, 'User'), wide),
  column<RoleBinding>('Groups', (binding) => subjects(binding, 'Group'), wide),
  column<RoleBinding>('ServiceAccounts', (binding) => subjects(binding, 'ServiceAccount'), wide),
];

export const roleColumns: readonly Column[] = [
  nameColumn,
  column<KubeObject>('Created At', ({ metadata }) => metadata.creationTimestamp),
];
