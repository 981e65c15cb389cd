import type { ContainerStatus, Pod } from '../types/objects.ts';
import { ageColumn, nameColumn, orNone } from './cells.ts';
import { type Column, column } from './columns.ts';

function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function reasonOf(status: ContainerStatus): string | undefined {
  const { waiting, terminated } = status.state;
  if (waiting?.reason) return waiting.reason;
  if (terminated) return terminated.reason || `ExitCode:${terminated.exitCode}`;
  return undefined;
}

/** The STATUS column. Source: pkg/printers/internalversion/printers.go, printPod. */
function podStatus(pod: Pod): string {
  const { phase, reason, containerStatuses = [] } = pod.status;
  let text = reason || phase || 'Unknown';
  for (const status of [...containerStatuses].reverse()) text = reasonOf(status) ?? text;
  const running = containerStatuses.some(({ ready, state }) => ready && state.running);
  if (text === 'Completed' && running) text = isReady(pod) ? 'Running' : 'NotReady';
  if (!pod.metadata.deletionTimestamp) return text;
  if (reason === 'NodeLost') return 'Unknown';
  return phase === 'Succeeded' || phase === 'Failed' ? text : 'Terminating';
}

function readyCount(pod: Pod): string {
  const ready = pod.status.containerStatuses?.filter((status) => status.ready && status.state.running).length ?? 0;
  return `${ready}/${pod.spec.containers.length}`;
}

function restarts(pod: Pod): string {
  return String(pod.status.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0);
}

function gates(pod: Pod): string {
  const wanted = pod.spec.readinessGates ?? [];
  if (wanted.length === 0) return '<none>';
  const open = wanted.filter(({ conditionType }) =>
    pod.status.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  return `${open.length}/${wanted.length}`;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  column<Pod>('Ready', readyCount),
  column<Pod>('Status', podStatus),
  column<Pod>('Restarts', restarts),
  ageColumn,
  column<Pod>('IP', ({ status }) => orNone(status.podIP), { wide: true }),
  column<Pod>('Node', ({ spec }) => orNone(spec.nodeName), { wide: true }),
  column<Pod>('Nominated Node', ({ status }) => orNone(status.nominatedNodeName), { wide: true }),
  column<Pod>('Readiness Gates', gates, { wide: true }),
];
