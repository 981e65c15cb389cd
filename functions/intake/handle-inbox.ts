import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Message, Queue } from '../../shared/aws/queues.ts';
import { idOf } from '../../shared/domain/subject.ts';
import { logger, metrics } from '../../shared/runtime/telemetry.ts';
import { defineConsumer } from '../../shared/workflow/define-consumer.ts';
import { type Door, dropCodes } from './contract.ts';
import { batchSize } from './core/batches.ts';
import { openEnvelope } from './core/envelope.ts';
import { type Decided, guardInto, judge, messagesOf, type Received } from './judge.ts';
import { livePorts } from './live-ports.ts';
import { openWork, startExecution } from './open-work.ts';
import type { Ports } from './ports.ts';
import { quarantineAll } from './quarantine.ts';
import { type Decision, type Drop, routed } from './route.ts';
import { routes } from './routes.ts';

/**
 * Turns a batch of messages of one door into cases and executions. When several arrive together more are likely behind them: they
 * are fetched too, so that a storm becomes few executions of many nodes.
 *
 * @returns the ids of messages that must come again; all others are done, whatever came of them
 */
export function handleInbox(ports: Ports, door: Door) {
  return async (given: readonly Message[]): Promise<SQSBatchResponse> => {
    const inbox = ports.inboxes[door];
    const more = given.length > 1 ? await topUp(inbox, batchSize - given.length) : [];
    const receiver = { now: ports.clock.now(), account: ports.account, region: ports.region };
    const received = [...given, ...more].map((message): Received => {
      const envelope = openEnvelope(message.body, receiver);
      return { message, event: 'kind' in envelope ? envelope : routed(routes, envelope) };
    });
    const failed = await handleAll(ports, received);
    await inbox.delete(more.filter((message) => !failed.has(message.id)));
    return { batchItemFailures: given.filter(({ id }) => failed.has(id)).map(({ id }) => ({ itemIdentifier: id })) };
  };
}

async function topUp(inbox: Queue, room: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < room) {
    const next = await inbox.receive(room - messages.length);
    if (next.length === 0) break;
    messages.push(...next);
  }
  return messages;
}

/** Judges every message, then does what was decided. Gives back the ids of those that must come again. */
async function handleAll(ports: Ports, received: readonly Received[]): Promise<ReadonlySet<string>> {
  const failed = new Set<string>();
  const guard = guardInto(failed);
  const decided = await judge(ports, received, guard);
  const of = <Kind extends Decision['kind']>(kind: Kind) =>
    decided.flatMap((one) => (one.decision.kind === kind ? [one as unknown as Decided<Kind>] : []));
  for (const { decision } of of('Drop')) drop(decision);
  for (const { message, decision } of of('Start')) await guard([message], () => startExecution(ports, decision));
  const work = of('Work');
  await guard(messagesOf(work), async () => {
    const again = await openAll(ports, work);
    for (const { message, decision } of work) if (again.has(decision)) failed.add(message.id);
  });
  const rejected = of('Quarantine');
  await guard(messagesOf(rejected), () => quarantineAll(ports.quarantine, rejected));
  return failed;
}

async function openAll(ports: Ports, work: readonly Decided<'Work'>[]): Promise<ReadonlySet<Decision>> {
  const decisions = work.map(({ decision }) => decision);
  return await openWork(ports, decisions, ({ subject, holder }) =>
    drop({ kind: 'Drop', code: 'JoinedCase', about: idOf(subject), detail: holder ?? '' }),
  );
}

function drop({ code, about, detail }: Drop): void {
  metrics.addMetric(code === 'Foreign' ? 'EventsForeign' : 'EventsDropped', MetricUnit.Count, 1);
  logger.info(dropCodes[code], { code, about, detail });
}

export const handler = defineConsumer((messages, queueArn, signal) => {
  const { ports, doorOf } = livePorts(signal);
  return handleInbox(ports, doorOf(queueArn))(messages);
});
