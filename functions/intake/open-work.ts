import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Case, CaseNews } from '../../shared/domain/case.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { logger, metrics } from '../../shared/runtime/telemetry.ts';
import { type Batch, batches, type Due } from './core/batches.ts';
import { executionName } from './core/execution-name.ts';
import { isAboutToStart, maySuspect, startWasLost } from './core/is-abandoned.ts';
import type { Ports } from './ports.ts';
import type { Start, Work } from './route.ts';

const inFlight = 16;
/** Others may change the case between our look and our write; after so many times they are at work on it. */
const attempts = 3;

/**
 * Opens, joins or takes over a case for each event, then starts one execution for each batch. `joined` is told what started nothing.
 *
 * @returns what must come again: its case waits for an execution whose start may still fail
 */
export async function openWork(
  ports: Ports,
  work: readonly Work[],
  joined: (open: Case) => void,
): Promise<ReadonlySet<Work>> {
  const urgentFirst = work.toSorted((a, b) => Number(b.news.interrupted) - Number(a.news.interrupted));
  const bySubject = [...Map.groupBy(urgentFirst, ({ news }) => news.subject).values()];
  const isRunning = onceForEach(async (key) => {
    const [machine = '', name = ''] = key.split(' ');
    return (await ports.executions.look(machine, name)).running;
  });
  const again = new Set<Work>();
  const due = await inParallel(bySubject, inFlight, async (events): Promise<Due[]> => {
    let latest: Due | undefined;
    for (const event of events) {
      const { job, news, facts } = event;
      const machine = ports.machines.arnOf(job.workflow, ports.cellOf(news.cluster));
      const opened = await openJoinOrTakeOver(ports, news, (name) => isRunning(`${machine} ${name}`));
      if (opened.start || latest) latest = { job, case: opened.case, facts };
      else if (isAboutToStart(opened.case)) again.add(event);
      else joined(opened.case);
    }
    return latest ? [latest] : [];
  });
  for (const batch of batches(due.flat())) await startBatch(ports, batch);
  return again;
}

/** Starts one execution; one of this name that exists already is success. */
export async function startExecution(
  ports: Ports,
  { workflow, cell, name, input }: Omit<Start, 'kind'>,
): Promise<void> {
  const answer = await ports.executions.start(ports.machines.arnOf(workflow, cell), name, input);
  metrics.addMetric('ExecutionsStarted', MetricUnit.Count, answer === 'Started' ? 1 : 0);
  logger.info(workflow, { name, answer, input });
}

async function startBatch(ports: Ports, batch: Batch): Promise<void> {
  const [{ job, case: first }] = batch;
  const name = executionName(
    job.workflow,
    first.cluster,
    batch.map((due) => due.case),
  );
  const cell = ports.cellOf(first.cluster);
  await startExecution(ports, { workflow: job.workflow, cell, name, input: job.inputOf(batch) });
}

/** The case of the subject, and whether an execution has to be started: it is new, or the one that worked on it is dead. */
async function openJoinOrTakeOver(ports: Ports, news: CaseNews, isRunning: (name: string) => Promise<boolean>) {
  for (let attempt = 1; ; attempt++) {
    const joined = await ports.cases.openOrJoin(news);
    if (joined.opened) return { case: joined.case, start: true };
    const now = ports.clock.now();
    const { holder } = joined.case;
    const dead =
      isAboutToStart(joined.case) || holder === null
        ? startWasLost(joined.case, now)
        : maySuspect(joined.case, news.interrupted, now) && !(await isRunning(holder));
    if (attempt === attempts || !dead) return { case: joined.case, start: false };
    const abandoned = await ports.cases.abandon(joined.case);
    if (abandoned) return { case: abandoned, start: true };
  }
}

function onceForEach<Value>(ask: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const asked = new Map<string, Promise<Value>>();
  return (key) => {
    const answer = asked.get(key) ?? ask(key);
    asked.set(key, answer);
    return answer;
  };
}
