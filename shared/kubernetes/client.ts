import type { Clock } from '../runtime/clock.ts';
import { budgetCalls } from './budgets.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { Connection } from './connection.ts';
import { eventCalls } from './events.ts';
import { nodeCalls } from './nodes.ts';
import { podCalls } from './pods.ts';
import { rightCalls } from './rights.ts';
import { volumeCalls } from './volumes.ts';

/** Everything that we ask of one cluster, through client-node's request builders. */
export function clusterClient(connection: Connection, clock: Clock, signal?: AbortSignal): ClusterApi {
  const session = { connection, signal };
  return {
    ...rightCalls(session),
    ...nodeCalls(session),
    ...podCalls(session),
    ...budgetCalls(session),
    ...volumeCalls(session),
    ...eventCalls(session, clock),
  };
}
