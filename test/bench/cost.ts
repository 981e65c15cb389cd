import { Scenario } from '../scenarios/scenario.ts';

/** List prices of us-east-1 in USD: Step Functions per transition, Lambda arm64 per GB-second and request, SQS per request. */
const price = { transition: 25e-6, gbSecond: 13.3334e-6, invocation: 0.2e-6, message: 0.4e-6, write: 0.625e-6 };
/** Memory of every function, in GB, and the computing time that is added to the waiting of each invocation, in seconds. */
const memory = 0.25;
const computing = 0.15;

interface HistoryEvent {
  readonly type: string;
  readonly id: number;
  readonly timestamp: Date;
  readonly previousEventId?: number;
  readonly taskScheduledEventDetails?: { readonly resourceType?: string };
}

/** Transitions and cost of one interruption in the demo world, from its history. */
export async function spotCost(): Promise<{ transitions: number; usd: number; otherCalls: number }> {
  const scenario = await Scenario.start();
  try {
    scenario.cluster.resetRequests();
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await scenario.untilIdle();
    const { executions } = await scenario.call<{ executions: { executionArn: string }[] }>('states', 'ListExecutions', {
      stateMachineArn: await scenario.machineArn(),
    });
    const executionArn = executions[0]?.executionArn ?? '';
    const { events } = await scenario.call<{ events: HistoryEvent[] }>('states', 'GetExecutionHistory', {
      executionArn,
      maxResults: 1_000,
    });
    const byId = new Map(events.map((event) => [event.id, event]));
    const ends = events.filter(({ type }) => type === 'TaskSucceeded' || type === 'TaskFailed');
    const lambdas = ends.flatMap((end) => {
      let begin = byId.get(end.previousEventId ?? 0);
      while (begin && begin.type !== 'TaskScheduled') begin = byId.get(begin.previousEventId ?? 0);
      return begin?.taskScheduledEventDetails?.resourceType === 'lambda'
        ? [(end.timestamp.getTime() - begin.timestamp.getTime()) / 1_000]
        : [];
    });
    const transitions = scenario.sandbox.states.transitions(executionArn);
    const running = lambdas.reduce((sum, seconds) => sum + seconds + computing, computing);
    const usd =
      transitions * price.transition +
      running * memory * price.gbSecond +
      (lambdas.length + 1) * price.invocation +
      4 * price.message +
      20 * price.write;
    const others = scenario.cluster
      .requests()
      .filter(({ user, resource }) => user === 'eks-steward:drainer' && resource !== 'pods/eviction');
    return { transitions, usd, otherCalls: others.reduce((sum, { count }) => sum + count, 0) };
  } finally {
    await scenario.end();
  }
}
