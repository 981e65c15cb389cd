import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchResponse } from 'aws-lambda';
import type * as z from 'zod';
import type { Message, Queue } from '../../shared/aws/queues.ts';
import type { Case, CaseNews } from '../../shared/domain/case.ts';
import { ApiUnavailableError, TaskError } from '../../shared/runtime/errors.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { logger, metrics } from '../../shared/runtime/telemetry.ts';
import { defineConsumer } from '../../shared/workflow/define-consumer.ts';
import { type DropCode, dropCodes, type QuarantineCode, type quarantined } from './contract.ts';
import { cleanupName, executionName } from './core/execution-name.ts';
import { isAbandoned, maySuspect } from './core/is-abandoned.ts';
import { type Parsed, parseEvent } from './core/parse-event.ts';
import { type InstanceEvent, isHandled, type Route, routeEvent } from './core/route-event.ts';
import { livePorts } from './live-ports.ts';
import type { Ports } from './ports.ts';

/** One execution carries so many nodes at the most. */
const batchSize = 50;
const inFlight = 16;

interface Received {
  readonly message: Message;
  readonly parsed: Parsed;
}

type Work = Extract<Route, { kind: 'Work' }>;

/**
 * Turns a batch of inbox messages into cases and executions.
 *
 * When several messages arrive together more are likely behind them: they are fetched too, so that a storm becomes few
 * executions of many nodes.
 *
 * @returns the ids of messages that must come again; all others are done, whatever came of them
 */
export function handleInbox(ports: Ports) {
  return async (given: readonly Message[]): Promise<SQSBatchResponse> => {
    const more = given.length > 1 ? await topUp(ports.inbox, batchSize - given.length) : [];
    const receiver = { now: ports.clock.now(), account: ports.account, region: ports.region };
    const received = [...given, ...more].map((message) => ({ message, parsed: parseEvent(message.body, receiver) }));
    const failed = await handleAll(ports, received);
    await ports.inbox.delete(more.filter((message) => !failed.has(message.id)));
    return { batchItemFailures: given.filter(({ id }) => failed.has(id)).map(({ id }) => ({ itemIdentifier: id })) };
  };
}

async function topUp(inbox: Queue, room: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < room) {
    const next = await inbox.receive();
    if (next.length === 0) break;
    messages.push(...next);
  }
  return messages;
}

async function handleAll(ports: Ports, received: readonly Received[]): Promise<ReadonlySet<string>> {
  const failed = new Set<string>();
  const guard = async (messages: readonly Message[], work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      logger.error('messages will come again', { error, count: messages.length });
      for (const { id } of messages) failed.add(id);
    }
  };
  const rejected: { message: Message; code: QuarantineCode; reason: string }[] = [];
  const about: { message: Message; event: InstanceEvent }[] = [];
  for (const { message, parsed } of received) {
    if (parsed.kind === 'Quarantine') rejected.push({ message, ...parsed });
    if (parsed.kind === 'Instance') about.push({ message, event: parsed });
    if (parsed.kind === 'ExecutionEnded') await guard([message], () => cleanUpAfter(ports, parsed));
  }
  await guard(
    about.map(({ message }) => message),
    async () => {
      rejected.push(...(await handleInstances(ports, about)));
    },
  );
  await guard(
    rejected.map(({ message }) => message),
    () => quarantine(ports, rejected),
  );
  return failed;
}

/** Routes the events by what EC2 says, and starts what is to be done. Gives back what has to go to quarantine. */
async function handleInstances(ports: Ports, about: readonly { message: Message; event: InstanceEvent }[]) {
  const ids = [...new Set(about.map(({ event }) => event.instanceId))];
  if (ids.length === 0) return [];
  const [facts, known] = await Promise.all([ports.instances.describe(ids), ports.cases.read(ids)]);
  const rejected: { message: Message; code: QuarantineCode; reason: string }[] = [];
  const work: Work[] = [];
  for (const { message, event } of about) {
    const route = isHandled(event, known.get(event.instanceId))
      ? ({ kind: 'Drop', code: 'AlreadyHandled', detail: '' } as const)
      : routeEvent(event, facts.get(event.instanceId), ports.clusters, ports.clock.now());
    if (route.kind === 'Quarantine') rejected.push({ message, code: route.code, reason: route.reason });
    else if (route.kind === 'Drop') drop(route.code, event.instanceId, route.detail);
    else work.push(route);
  }
  await startWork(ports, work);
  return rejected;
}

interface Start {
  readonly case: Case;
  readonly nodeName: string | undefined;
}

/** Opens or joins a case for each event, then starts one execution for each cluster and urgency, of up to 50 nodes. */
async function startWork(ports: Ports, work: readonly Work[]): Promise<void> {
  const urgent = work.toSorted((a, b) => Number(b.news.forced) - Number(a.news.forced));
  const byInstance = [...Map.groupBy(urgent, ({ news }) => news.instanceId).values()];
  const isRunning = onceForEach(async (name) => (await ports.executions.look(ports.nodeReplacementArn, name)).running);
  const starts = await inParallel(byInstance, inFlight, async (events): Promise<Start[]> => {
    let latest: Start | undefined;
    for (const { news, nodeName } of events) {
      const { case: open, start: due } = await openJoinOrTakeOver(ports, news, isRunning);
      if (due || latest) latest = { case: open, nodeName };
      else drop('JoinedCase', news.instanceId, open.holder ?? 'about to start');
    }
    return latest ? [latest] : [];
  });
  const batches = Map.groupBy(starts.flat(), ({ case: opened }) => `${opened.cluster} ${opened.forced}`);
  for (const batch of batches.values()) {
    for (let from = 0; from < batch.length; from += batchSize) await start(ports, batch.slice(from, from + batchSize));
  }
}

/** Others may change the case between our look and our write; after so many times they are at work on it. */
const attempts = 3;

/** The case of the instance, and whether an execution has to be started: it is new, or the one that worked on it is dead. */
async function openJoinOrTakeOver(ports: Ports, news: CaseNews, isRunning: (name: string) => Promise<boolean>) {
  for (let attempt = 1; ; attempt++) {
    const joined = await ports.cases.openOrJoin(news);
    if (joined.opened) return { case: joined.case, start: true };
    const now = ports.clock.now();
    const { holder } = joined.case;
    // An interrupted instance has two minutes, as long as a lease: its holder is asked for at once.
    const dead = news.forced && holder !== null && maySuspect(joined.case, now) && !(await isRunning(holder));
    if (attempt === attempts || (!dead && !isAbandoned(joined.case, now))) return { case: joined.case, start: false };
    const abandoned = await ports.cases.abandon(joined.case);
    if (abandoned) return { case: abandoned, start: true };
  }
}

function onceForEach<Value>(ask: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const asked = new Map<string, Promise<Value>>();
  return (name) => {
    const answer = asked.get(name) ?? ask(name);
    asked.set(name, answer);
    return answer;
  };
}

async function start(ports: Ports, batch: readonly Start[]): Promise<void> {
  const first = batch[0];
  if (!first) return;
  const { cluster } = first.case;
  const name = executionName(
    cluster,
    batch.map(({ case: opened }) => opened),
  );
  const facts = batch.map(({ case: { instanceId, deadline }, nodeName }) => [
    instanceId,
    { ...(deadline !== null && { deadline }), ...(nodeName !== undefined && { nodeName }) },
  ]);
  const instances = batch.map(({ case: opened }) => opened.instanceId);
  const input = { cluster, cause: first.case.cause, instances, dryRun: false, facts: Object.fromEntries(facts) };
  const answer = await ports.executions.start(ports.nodeReplacementArn, name, input);
  metrics.addMetric('ExecutionsStarted', MetricUnit.Count, answer === 'Started' ? 1 : 0);
  logger.info('node-replacement', { name, answer, cluster, instances });
}

/**
 * An execution that was stopped from outside could not put back what it had changed.
 *
 * @throws ApiUnavailableError while Step Functions still calls it running: the message comes again
 */
async function cleanUpAfter(ports: Ports, ended: Extract<Parsed, { kind: 'ExecutionEnded' }>): Promise<void> {
  const { execution, machine, endedAt } = ended;
  if (machine !== ports.nodeReplacementArn) return drop('OtherMachine', execution, machine);
  const scope = await ports.cases.scopeOf(execution);
  const cases = scope ? await ports.cases.read(scope.instanceIds) : new Map<string, Case>();
  const open = [...cases.values()].some(({ state, holder }) => state === 'Open' && holder === execution);
  if (!scope || !open) return drop('NothingChanged', execution, '');
  const { running, redrivenAt = 0 } = await ports.executions.look(machine, execution);
  if (running && redrivenAt > endedAt) return drop('Redriven', execution, '');
  if (running) throw new ApiUnavailableError(`execution ${execution} has ended and is still called running`);
  const input = { cluster: scope.cluster, cause: 'Cleanup', of: execution, dryRun: false };
  await ports.executions.start(ports.nodeReplacementArn, cleanupName(execution), input);
}

function drop(code: DropCode, about: string, detail: string): void {
  metrics.addMetric(code === 'Foreign' ? 'EventsForeign' : 'EventsDropped', MetricUnit.Count, 1);
  logger.info(dropCodes[code], { code, about, detail });
}

/** Bytes of a message that quarantine keeps; enough to see what it is. */
const keptBytes = 64 * 1_024;

async function quarantine(
  ports: Ports,
  rejected: readonly { message: Message; code: QuarantineCode; reason: string }[],
): Promise<void> {
  if (rejected.length === 0) return;
  const bodies = rejected.map(({ message, code, reason }): z.output<typeof quarantined> => {
    const bytes = Buffer.from(message.body);
    const body = bytes.subarray(0, keptBytes).toString('utf8');
    return { code, reason, messageId: message.id, body, truncated: bytes.length > keptBytes };
  });
  await ports.quarantine.send(bodies.map((body) => JSON.stringify(body)));
  metrics.addMetric('MessagesQuarantined', MetricUnit.Count, rejected.length);
  for (const { message, code, reason } of rejected) logger.warn('quarantined', { messageId: message.id, code, reason });
}

export const handler = defineConsumer((messages) => handleInbox(livePorts())(messages));
