import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type * as z from 'zod';
import type { Message, Outbox } from '../../shared/aws/queues.ts';
import { logger, metrics } from '../../shared/runtime/telemetry.ts';
import type { quarantined } from './contract.ts';
import type { Quarantine } from './core/envelope.ts';

/** Bytes of a message that quarantine keeps; enough to see what it is. */
const keptBytes = 64 * 1_024;

/** Puts messages aside for a person, each with its code and reason. */
export async function quarantineAll(
  queue: Outbox,
  rejected: readonly { readonly message: Message; readonly decision: Quarantine }[],
): Promise<void> {
  if (rejected.length === 0) return;
  const bodies = rejected.map(({ message, decision: { code, reason } }): z.output<typeof quarantined> => {
    const bytes = Buffer.from(message.body);
    const body = bytes.subarray(0, keptBytes).toString('utf8');
    return { code, reason, messageId: message.id, body, truncated: bytes.length > keptBytes };
  });
  await queue.send(bodies.map((body) => JSON.stringify(body)));
  metrics.addMetric('MessagesQuarantined', MetricUnit.Count, rejected.length);
  for (const { message, decision } of rejected)
    logger.warn('quarantined', { messageId: message.id, code: decision.code, reason: decision.reason });
}
