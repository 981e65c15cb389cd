import { CoreV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/CoreV1Api.js';
import type { Clock } from '../runtime/clock.ts';
import { TaskError } from '../runtime/errors.ts';
import { logger } from '../runtime/telemetry.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { Session } from './lists.ts';

type RecordEvent = ClusterApi['recordEvent'];

export function eventCalls({ connection, signal }: Session, clock: Clock): Pick<ClusterApi, 'recordEvent'> {
  const core = new CoreV1ApiRequestFactory(connection.configuration);
  return {
    async recordEvent(about, text) {
      const body = eventBody(about, text, new Date(clock.now()));
      const what = `create event for ${about.kind} ${about.name}`;
      try {
        const context = await core.createNamespacedEvent(body.metadata.namespace, body);
        const answer = await connection.send(context, what, signal);
        if (answer.code >= 300) logger.warn('event not recorded', { what, code: answer.code });
      } catch (error) {
        if (!(error instanceof TaskError)) throw error;
        logger.warn('event not recorded', { what, error });
      }
    },
  };
}

function eventBody(about: Parameters<RecordEvent>[0], text: Parameters<RecordEvent>[1], now: Date) {
  const involvedObject = {
    apiVersion: 'v1',
    kind: about.kind,
    name: about.name,
    // kubelet and kubectl know a Node's events by its name in this field (kubernetes pkg/kubelet nodeRef).
    uid: about.kind === 'Node' ? about.name : about.uid,
    ...(about.kind === 'Pod' && { namespace: about.namespace }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${about.name.slice(0, 200)}.`, namespace: about.namespace || 'default' },
    involvedObject,
    type: text.type,
    reason: text.reason,
    message: text.message.slice(0, 1_024),
    source: { component: 'eks-steward' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
