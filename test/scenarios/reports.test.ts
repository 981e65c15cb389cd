import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../sandbox/kubernetes/types/objects.ts';
import { type OutcomeEvents, outcomeEvents } from '../../shared/workflow/outcome-event.ts';
import { expectFailure, expectOutcome, scenario, useScenario } from './use-scenario.ts';

let outcomes: { type: string; detail: Record<string, unknown> }[];

useScenario();
beforeEach(() => {
  outcomes = [];
  scenario.sandbox.buses.onEvent((event) => {
    if (event.source !== 'eks-steward') return;
    outcomes.push({ type: event['detail-type'], detail: event.detail as Record<string, unknown> });
  });
});

/** Whatever a run here told others, its detail is what the schema says. */
afterEach(() => {
  for (const { type, detail } of outcomes) {
    if (!(type in outcomeEvents)) throw new Error(`nobody knows the event ${type}`);
    outcomeEvents[type as keyof OutcomeEvents].parse(detail);
  }
});

const idle = () => scenario.untilIdle();
const eventsOf = (reason: string) =>
  (scenario.cluster.store.list('events') as readonly (KubeObject & { reason?: string; message?: string })[]).filter(
    (event) => event.reason === reason,
  );

describe('what others hear of an interruption', () => {
  it('is its start, what blocks it, and its end with outcome, reasons and times', async () => {
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const [{ executionArn } = { executionArn: '' }] = (
      await scenario.call<{ executions: { executionArn: string }[] }>('states', 'ListExecutions', {
        stateMachineArn: await scenario.machineArn(),
      })
    ).executions;
    const about = {
      workflow: 'node-replacement',
      cluster: 'demo',
      subject: scenario.spot,
      executionArn,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      why: '',
    };
    expect(outcomes).toMatchObject([
      { type: 'Workflow Started', detail: { ...about, reasons: [{ code: 'InterruptionDeadline' }] } },
      { type: 'Workflow Blocked', detail: { ...about, reasons: [{ code: 'BudgetHolds' }] } },
      { type: 'Workflow Finished', detail: { ...about, outcome: 'Replaced', finishedAt: expect.any(String) } },
    ]);
    const { startedAt, finishedAt } = outcomes.at(-1)?.detail ?? {};
    expect(Date.parse(String(finishedAt)) - Date.parse(String(startedAt))).toBeGreaterThan(10_000);
  });

  it('is on the node and on the pods that held it up, for kubectl describe', async () => {
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    expect(eventsOf('StewardCordoned').map(({ message }) => message)).toEqual([
      expect.stringContaining('cordoned for SpotInterruption: EC2 takes the instance away at the deadline'),
    ]);
    expect(eventsOf('StewardBlocked').map(({ message }) => message)).toEqual([
      expect.stringContaining('shop/license-server needs 1 healthy pod and has 1'),
    ]);
    expect(eventsOf('StewardForceDeleted')).toHaveLength(1);
  });

  it('of a person carries their reason', async () => {
    const node = scenario.nodeOf(scenario.spot)?.metadata.name;
    const arn = await scenario.run({ cluster: 'demo', nodes: [node], reason: 'kernel panic' });
    await idle();
    expect(outcomes.map(({ detail }) => detail['why'])).toEqual(['kernel panic', 'kernel panic']);
    const { output } = await scenario.call<{ output: string }>('states', 'DescribeExecution', { executionArn: arn });
    expect(JSON.parse(output)).toMatchObject({ why: 'kernel panic', outcome: 'NothingToDo' });
  });
});

describe('what others hear of a check', () => {
  it('is its end with what it found, or the error of one that could not be made', async () => {
    await scenario.run({ cluster: 'demo' }, undefined, 'check');
    await scenario.run({ cluster: '' }, undefined, 'check');
    await idle();
    expect(outcomes.map(({ type, detail }) => [type, detail['workflow'], detail['outcome']])).toEqual(
      expect.arrayContaining([
        ['Workflow Finished', 'check', 'Findings'],
        ['Workflow Finished', 'check', 'Failed'],
      ]),
    );
  });
});

describe('the metrics', () => {
  it('count what was done and what was foreign, each with one dimension that never changes', async () => {
    await scenario.call('ec2', 'RunInstances', {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
    });
    const { Reservations } = await scenario.call<{
      Reservations: { Instances: { InstanceId: string; Tags?: object[] }[] }[];
    }>('ec2', 'DescribeInstances', {});
    const foreign = Reservations.flatMap(({ Instances }) => Instances).find(({ Tags = [] }) => Tags.length === 0);
    await scenario.putEvents(scenario.warning(foreign?.InstanceId ?? ''));
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const { Metrics } = await scenario.call<{ Metrics: { MetricName: string; Dimensions: object[] }[] }>(
      'monitoring',
      'ListMetrics',
      { Namespace: 'eks-steward' },
    );
    for (const { Dimensions } of Metrics) expect(Dimensions).toEqual([{ Name: 'service', Value: 'eks-steward' }]);
    const sum = async (MetricName: string) => {
      const { Datapoints } = await scenario.call<{ Datapoints: { Sum: number }[] }>(
        'monitoring',
        'GetMetricStatistics',
        {
          Namespace: 'eks-steward',
          MetricName,
          Dimensions: [{ Name: 'service', Value: 'eks-steward' }],
          StartTime: new Date(scenario.sandbox.clock.now() - 3_600_000),
          EndTime: new Date(scenario.sandbox.clock.now() + 60_000),
          Period: 3_600,
          Statistics: ['Sum'],
        },
      );
      return Datapoints.reduce((total, { Sum }) => total + Sum, 0);
    };
    expect(await sum('EventsForeign')).toBe(1);
    expect(await sum('ExecutionsStarted')).toBe(1);
    expect(await sum('PodsForceDeleted')).toBe(1);
    expect(await sum('DeadlinesMissed')).toBe(0);
    expect(await sum('PodsEvicted')).toBeGreaterThan(2);
  });
});

describe('a run that', () => {
  const restored = async () => {
    // The node controller takes its own taint off a moment after the cordon is gone.
    await scenario.letPass(10_000);
    const node = scenario.nodeOf(scenario.spot);
    const { desired, inService } = await scenario.group('demo-spot');
    return {
      cordoned: scenario.isCordoned(scenario.spot),
      taints: (node?.spec as { taints?: object[] } | undefined)?.taints ?? [],
      marks: Object.keys({ ...node?.metadata.labels, ...node?.metadata.annotations }).filter((key) =>
        /eks-steward|exclude-from-external/.test(key),
      ),
      serves: inService.includes(scenario.spot),
      size: [desired, inService.length],
    };
  };
  const untouched = { cordoned: false, taints: [], marks: [], serves: true, size: [3, 3] };
  const wish = () => ({ cluster: 'demo', nodes: [scenario.nodeOf(scenario.spot)?.metadata.name], dryRun: false });

  it('cannot go on after its cordon fails by its error and puts everything back', async () => {
    scenario.cluster.faults.push({
      match: { user: 'eks-steward:drainer', resource: 'poddisruptionbudgets' },
      answer: { status: 403, reason: 'Forbidden', message: 'no more' },
    });
    await scenario.run(wish());
    await expectFailure('AccessDeniedError');
    expect(outcomes.at(-1)).toMatchObject({
      type: 'Workflow Finished',
      detail: { outcome: 'Failed', error: { Error: 'AccessDeniedError' }, reasons: expect.any(Array) },
    });
    expect(JSON.stringify(outcomes.at(-1)?.detail['reasons'])).toContain('RolledBack');
    expect(await restored()).toEqual(untouched);
  });

  const pauseAt = (state: string) => {
    scenario.sandbox.states.onTransition((_, { type, stateEnteredEventDetails }) => {
      if (!type?.endsWith('StateEntered') || stateEnteredEventDetails?.name !== state) return;
      void scenario.call('ssm', 'PutParameter', { Name: '/eks-steward/paused', Value: 'incident 42', Overwrite: true });
    });
  };

  it.each(['Announce the start', 'Launch replacements', 'Drain nodes'])(
    "is paused in '%s' puts everything back and says why",
    async (state) => {
      pauseAt(state);
      await scenario.run(wish());
      const execution = await expectOutcome('RolledBack');
      expect(execution.reasons).toContainEqual(
        expect.objectContaining({ code: 'Paused', text: expect.stringContaining('incident 42') }),
      );
      expect(await restored()).toEqual(untouched);
    },
  );

  it('is paused before it ends its instance leaves that in service', async () => {
    // Nothing holds the node's pods, so that the drain ends.
    scenario.cluster.apply([
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'license-server', namespace: 'shop' },
        spec: { minAvailable: 0, selector: { matchLabels: { app: 'license-server' } } },
      },
    ]);
    pauseAt('Terminate instances');
    await scenario.run(wish());
    const execution = await expectOutcome('RolledBack');
    expect(JSON.stringify(execution.reasons)).toContain('incident 42');
    expect(await restored()).toMatchObject({ ...untouched, size: expect.any(Array) });
  });
});
