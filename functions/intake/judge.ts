import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Message } from '../../shared/aws/queues.ts';
import { TaskError } from '../../shared/runtime/errors.ts';
import { logger, metrics } from '../../shared/runtime/telemetry.ts';
import type { Quarantine } from './core/envelope.ts';
import { lookAtWorld } from './look-at-world.ts';
import type { Ports } from './ports.ts';
import type { Decision, Routed } from './route.ts';

/** A message, read as far as it can be. */
export interface Received {
  readonly message: Message;
  readonly event: Routed | Quarantine;
}

/** What is to be done about a message. */
export interface Decided<Kind extends Decision['kind'] = Decision['kind']> {
  readonly message: Message;
  readonly decision: Extract<Decision, { kind: Kind }>;
}

/** Does work for some messages; when it fails with an error of ours, these and no others come again. */
export type Guard = (messages: readonly Message[], work: () => Promise<void>) => Promise<void>;

/** A guard that notes the ids of messages whose work failed. */
export function guardInto(failed: Set<string>): Guard {
  return async (messages, work) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      logger.error('messages are tried again', { error, count: messages.length });
      metrics.addMetric('InboxFailures', MetricUnit.Count, 1);
      for (const { id } of messages) failed.add(id);
    }
  };
}

/** Judges every event by what EC2 and the cases say of it, asked for all of them together. */
export async function judge(ports: Ports, received: readonly Received[], guard: Guard): Promise<Decided[]> {
  const decided: Decided[] = [];
  const events = received.flatMap(({ message, event }) => ('kind' in event ? [] : [{ message, ...event }]));
  for (const { message, event } of received) if ('kind' in event) decided.push({ message, decision: event });
  await guard(messagesOf(events), async () => {
    const world = await lookAtWorld(ports, events);
    for (const { message, route, event } of events)
      await guard([message], async () => {
        const decisions = [await route.decide(event, world)].flat();
        decided.push(...decisions.map((decision) => ({ message, decision })));
      });
  });
  return decided;
}

export function messagesOf(items: readonly { readonly message: Message }[]): Message[] {
  return items.map(({ message }) => message);
}
