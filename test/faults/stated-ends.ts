import type { Scenario } from '../scenarios/scenario.ts';
import type { GroupState, ObservedWorld } from './observed-world.ts';
import { misunderstood, type Play } from './plays.ts';

/** What a cell's end is held to, each with what it means that it is violated. */
export const checks = {
  NeverMet: 'the call that should have met the fault was not made',
  NotCordoned: 'the instance ended while its node took pods',
  Uncordoned: 'the node of an interrupted instance was uncordoned while it ran',
  PodsLost: 'the instance ended with pods on it that nobody had evicted',
  PodsCutShort: 'pods got less time than they take to stop, or were still stopping when the instance ended',
  NotEnded: 'no execution ended with what was to be done',
  Failed: 'an execution ended without an outcome',
  NoReport: 'the last execution left no report',
  NotPutBack: 'the node works on, and carries what we wrote on it',
  GroupSize: 'the group is not as large as it was',
  OtherNode: 'another node was written on',
  OtherInstance: 'another instance was ended',
  Unforced: 'a pod was deleted without an eviction, in work that nothing forced',
  Changed: 'something was changed by work that only reads',
  OpenWork: 'an hour later a case is open, or a lease is held',
  Vanished: 'a message that could not be understood is neither in quarantine nor in a dead-letter queue',
} as const;
export type Check = keyof typeof checks;

interface Ended {
  readonly status: string;
  readonly outcome: string;
  readonly output: boolean;
}

/** Every check that the end of a play violates, in the order of the table; nothing for a good end. An hour has passed since all work ended. */
export async function violations({ urgency, taken }: Play, scenario: Scenario, seen: ObservedWorld): Promise<Check[]> {
  const runs = await endedRuns(scenario);
  const sameSize = same(await seen.groupNow(), seen.groupBefore);
  const violated: Partial<Record<Check, boolean>> = {
    ...(taken ? {} : endOfInstance(seen)),
    ...(urgency === 'forced' ? forcedEnd(seen, runs) : {}),
    ...(urgency === 'voluntary' ? voluntaryEnd(scenario, seen, runs) : {}),
    ...(urgency === 'reading' ? { NoReport: runs.at(-1)?.output !== true, ...nothingChanged(seen) } : {}),
    ...(urgency === 'refusing' ? { Vanished: !(await areAside(scenario)), ...nothingChanged(seen) } : {}),
    GroupSize: !sameSize,
    OtherNode: seen.otherNodes.size > 0,
    OtherInstance: seen.otherInstances.size > 0,
    OpenWork: await isWorkOpen(scenario),
  };
  return (Object.keys(checks) as Check[]).filter((check) => violated[check]);
}

/** What nobody may do to an instance's pods, whatever ends it. */
function endOfInstance({ ended, cordonedAtEnd, left, hurried }: ObservedWorld): Partial<Record<Check, boolean>> {
  return {
    NotCordoned: ended && !cordonedAtEnd,
    PodsLost: left.some(({ leaving }) => !leaving),
    PodsCutShort: hurried.length > 0 || left.some(({ leaving }) => leaving),
  };
}

const replaced = ['Replaced', 'Drained'];

function forcedEnd(seen: ObservedWorld, runs: readonly Ended[]): Partial<Record<Check, boolean>> {
  return {
    Uncordoned: seen.uncordoned,
    NotEnded: !seen.ended || !runs.some(({ outcome }) => replaced.includes(outcome)),
    Failed: runs.some(({ status, outcome }) => status !== 'SUCCEEDED' || !replaced.includes(outcome)),
  };
}

/** Replaced, or put back: which of them it is the world says. */
function voluntaryEnd(
  { cluster }: Scenario,
  seen: ObservedWorld,
  runs: readonly Ended[],
): Partial<Record<Check, boolean>> {
  const last = runs.at(-1);
  const forced = cluster
    .requests()
    .some(
      ({ user, verb, resource, status }) =>
        user.startsWith('eks-steward:') && verb === 'delete' && resource === 'pods' && status < 300,
    );
  return {
    NotEnded: seen.ended && !replaced.includes(last?.outcome ?? ''),
    NotPutBack: !seen.ended && seen.marks().length > 0,
    NoReport: last?.output !== true,
    Unforced: forced,
  };
}

function nothingChanged(seen: ObservedWorld): Partial<Record<Check, boolean>> {
  return { Changed: seen.ended || seen.marks().length > 0 };
}

/** Does a person find every message? */
async function areAside(scenario: Scenario): Promise<boolean> {
  let found = 0;
  for (const QueueName of ['eks-steward-quarantine', 'eks-steward-dead-letters']) {
    const { QueueUrl } = await scenario.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
    const { Attributes } = await scenario.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    found += Number(Attributes['ApproximateNumberOfMessages']);
  }
  return found >= misunderstood;
}

/** Every execution of ours, the oldest first. */
async function endedRuns(scenario: Scenario): Promise<Ended[]> {
  const { stateMachines } = await scenario.call<{ stateMachines: { stateMachineArn: string }[] }>(
    'states',
    'ListStateMachines',
    {},
  );
  const runs: (Ended & { readonly at: number })[] = [];
  for (const { stateMachineArn } of stateMachines) {
    const { executions } = await scenario.call<{ executions: { executionArn: string }[] }>('states', 'ListExecutions', {
      stateMachineArn,
    });
    for (const { executionArn } of executions) {
      const { status, output, startDate } = await scenario.call<{ status: string; output?: string; startDate: Date }>(
        'states',
        'DescribeExecution',
        { executionArn },
      );
      const { outcome = '' } = JSON.parse(output ?? '{}') as { outcome?: string };
      runs.push({ status, outcome, output: output !== undefined, at: startDate.getTime() });
    }
  }
  return runs.toSorted((left, right) => left.at - right.at);
}

/** A row of the work table, as DynamoDB writes it. */
type Row = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** Does the work table say that somebody works? */
async function isWorkOpen(scenario: Scenario): Promise<boolean> {
  const { Items = [] } = await scenario.call<{ Items?: Row[] }>('dynamodb', 'Scan', { TableName: 'eks-steward-work' });
  const now = scenario.sandbox.clock.now();
  const isOpen = ({ sk, state }: Row) => sk?.S === 'case' && state?.S === 'Open';
  const isHeld = ({ sk, holder, until }: Row) => sk?.S === 'lease' && holder !== undefined && Number(until?.N) > now;
  return Items.some((row) => isOpen(row) || isHeld(row));
}

function same(left: GroupState, right: GroupState): boolean {
  return left.desired === right.desired && left.inService === right.inService && left.all === right.all;
}
