import { beforeEach, describe, expect, it } from '@jest/globals';
import { handleInbox } from '../../../functions/intake/handle-inbox.ts';
import type { Ports } from '../../../functions/intake/ports.ts';
import type { Message } from '../../../shared/aws/queues.ts';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import { ApiThrottledError } from '../../../shared/errors.ts';
import { deadly, Killed } from '../../fakes/deadly.ts';
import { fakeCases } from '../../fakes/fake-cases.ts';

const noon = Date.parse('2026-11-24T10:00:00Z');
const ours = 'i-0b662ef9931388ba0';

let ports: Ports & {
  started: { name: string; input: Record<string, unknown> }[];
  quarantined: { code: string }[];
  asked: string[];
  cases: ReturnType<typeof fakeCases>;
};
let ec2: Map<string, InstanceFacts>;
let waiting: Message[];
let deleted: string[];
let failStart: boolean;
let running: Set<string>;
let redrivenAt: number | undefined;
let now: number;

function instance(given: Partial<InstanceFacts> = {}): InstanceFacts {
  const tags = { 'kubernetes.io/cluster/demo': 'owned' };
  return { instanceId: ours, state: 'running', spot: true, privateDnsName: 'ip-10-0-1-7.ec2.internal', tags, ...given };
}

function message(detailType: string, detail: Record<string, unknown>, given: Record<string, unknown> = {}): Message {
  const body = JSON.stringify({
    source: detailType.startsWith('Step') ? 'aws.states' : 'aws.ec2',
    'detail-type': detailType,
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-24T09:59:58Z',
    detail,
    ...given,
  });
  return { id: `message-${Math.random()}`, body, receipt: 'receipt' };
}

const spot = (id = ours) =>
  message('EC2 Spot Instance Interruption Warning', { 'instance-id': id, 'instance-action': 'terminate' });
const rebalance = (id = ours) => message('EC2 Instance Rebalance Recommendation', { 'instance-id': id });
const state = (to: string, id = ours) =>
  message('EC2 Instance State-change Notification', { 'instance-id': id, state: to });

beforeEach(arrange);

function arrange(): void {
  ec2 = new Map([[ours, instance()]]);
  waiting = [];
  deleted = [];
  failStart = false;
  running = new Set();
  redrivenAt = undefined;
  now = noon;
  const asked: string[] = [];
  const started: { name: string; input: Record<string, unknown> }[] = [];
  const quarantined: { code: string }[] = [];
  ports = {
    clock: { now: () => now, sleep: async () => undefined },
    account: '123456789012',
    region: 'eu-west-1',
    clusters: ['demo'],
    nodeReplacementArn: 'arn:machine',
    inbox: {
      receive: async () => waiting.splice(0, 10),
      delete: async (messages) => void deleted.push(...messages.map(({ id }) => id)),
    },
    quarantine: {
      send: async (bodies) => void quarantined.push(...bodies.map((body) => JSON.parse(body) as { code: string })),
    },
    instances: {
      describe: async (ids) =>
        new Map(ids.flatMap((id) => (ec2.has(id) ? [[id, ec2.get(id) as InstanceFacts] as const] : []))),
    },
    cases: fakeCases(() => now),
    executions: {
      start: async (_, name, input) => {
        if (failStart) throw new ApiThrottledError('slow down');
        if (started.some((other) => other.name === name)) return 'Exists';
        started.push({ name, input: input as Record<string, unknown> });
        return 'Started';
      },
      look: async (_, name) => {
        asked.push(name);
        return { running: running.has(name), redrivenAt };
      },
    },
    asked,
    started,
    quarantined,
  };
}

function pass(milliseconds: number): void {
  now += milliseconds;
}

function permutations(items: readonly string[]): string[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('intake', () => {
  it('starts one execution for a Spot interruption, with its deadline two minutes after the event', async () => {
    expect(await handleInbox(ports)([spot()])).toEqual({ batchItemFailures: [] });
    expect(ports.started).toMatchObject([
      {
        input: {
          cluster: 'demo',
          cause: 'SpotInterruption',
          instances: [ours],
          dryRun: false,
          facts: { [ours]: { deadline: now - 2_000 + 120_000, nodeName: 'ip-10-0-1-7.ec2.internal' } },
        },
      },
    ]);
  });

  it('starts one execution however often the same event comes, together or one after another', async () => {
    await handleInbox(ports)([spot(), spot()]);
    await handleInbox(ports)([spot()]);
    await handleInbox(ports)([spot(), spot()]);
    expect(ports.started).toHaveLength(1);
  });

  it.each([
    [['rebalance', 'spot']],
    [['spot', 'rebalance']],
    ...permutations(['rebalance', 'spot', 'shutting-down']).map((order) => [order]),
    ...permutations(['rebalance', 'spot', 'spot', 'shutting-down']).map((order) => [order]),
  ])('starts one execution for %j of one instance, and only ever brings the deadline forward', async (order) => {
    const kinds: Record<string, () => Message> = { spot, rebalance, 'shutting-down': () => state('shutting-down') };
    let earliest = Number.MAX_SAFE_INTEGER;
    for (const kind of order) {
      ec2.set(
        ours,
        instance({ state: kind === 'shutting-down' ? 'shutting-down' : (ec2.get(ours)?.state ?? 'running') }),
      );
      await handleInbox(ports)([kinds[kind]?.() ?? spot()]);
      const deadline = ports.cases.rows.get(ours)?.deadline ?? earliest;
      expect(deadline).toBeLessThanOrEqual(earliest);
      earliest = deadline;
    }
    expect(ports.started).toHaveLength(1);
    expect(ports.cases.rows.get(ours)?.forced).toBe(true);
  });

  it('carries up to 50 instances that are interrupted together in one execution, fetching what waits behind them', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `i-${index.toString(16).padStart(17, '0')}`);
    for (const id of ids) ec2.set(id, instance({ instanceId: id }));
    waiting = ids.slice(10).map((id) => spot(id));
    await handleInbox(ports)(ids.slice(0, 10).map((id) => spot(id)));
    expect(ports.started).toHaveLength(1);
    expect(ports.started[0]?.input['instances']).toHaveLength(45);
    expect(deleted).toHaveLength(35);
  });

  it('acknowledges events of foreign instances without a case, an execution or quarantine', async () => {
    ec2.set(ours, instance({ tags: {} }));
    expect(await handleInbox(ports)([spot()])).toEqual({ batchItemFailures: [] });
    expect([ports.started, ports.quarantined, [...ports.cases.rows]]).toEqual([[], [], []]);
  });

  it.each([
    ['a cluster that steward.yaml does not name', { 'kubernetes.io/cluster/other': 'owned' }],
    ['two clusters', { 'kubernetes.io/cluster/demo': 'owned', 'kubernetes.io/cluster/other': 'shared' }],
  ])('leaves instances of %s alone', async (_, tags) => {
    ec2.set(ours, instance({ tags: tags as unknown as Record<string, string> }));
    await handleInbox(ports)([spot()]);
    expect(ports.started).toEqual([]);
  });

  it.each([
    ['EC2 knows no such instance', () => ec2.clear(), spot],
    ['the instance is not a Spot instance', () => ec2.set(ours, instance({ spot: false })), spot],
    ['it says terminated and EC2 says running', () => undefined, () => state('terminated')],
    ['its warning is long over and the instance still runs', () => pass(421_000), spot],
  ])('sends an event to quarantine when %s', async (_, prepare, build) => {
    prepare();
    await handleInbox(ports)([build()]);
    expect(ports.quarantined).toMatchObject([{ code: 'Contradicted' }]);
    expect(ports.started).toEqual([]);
  });

  it('still drains for a late warning of an instance that is on its way out', async () => {
    pass(421_000);
    ec2.set(ours, instance({ state: 'shutting-down' }));
    await handleInbox(ports)([spot()]);
    expect(ports.started).toHaveLength(1);
  });

  const warning = 'EC2 Spot Instance Interruption Warning';
  const terminate = { 'instance-id': ours, 'instance-action': 'terminate' };
  it.each([
    ['not JSON', 'NotJson', () => ({ body: 'not json' })],
    ['no envelope', 'WrongEnvelope', () => ({ body: '[]' })],
    ['an event that nobody subscribed to', 'WrongEnvelope', () => message('EC2 Fleet State Change', {})],
    ['a source that does not send it', 'WrongEnvelope', () => message(warning, terminate, { source: 'aws.s3' })],
    [
      'a __proto__ key',
      'ForbiddenKey',
      () => ({ body: spot().body.replace('"detail":{', '"detail":{"__proto__":{},') }),
    ],
    ['300 KB', 'TooLarge', () => message(warning, { ...terminate, padding: 'x'.repeat(300 * 1_024) })],
    ['a depth of 100', 'TooDeep', () => ({ body: '['.repeat(100) + ']'.repeat(100) })],
    ['a list for an instance id', 'WrongField', () => message(warning, { ...terminate, 'instance-id': [ours] })],
    ['a time in the future', 'FutureTime', () => message(warning, terminate, { time: '2026-11-24T10:06:00Z' })],
    ['a time of yesterday', 'StaleTime', () => message(warning, terminate, { time: '2026-11-23T09:00:00Z' })],
    ['another account', 'WrongAccount', () => message(warning, terminate, { account: '999999999999' })],
    ['another region', 'WrongAccount', () => message(warning, terminate, { region: 'us-west-2' })],
  ])('sends a message of %s to quarantine with its code, and handles its neighbours', async (_, code, build) => {
    const neighbour = 'i-0cccccccccccccccc';
    ec2.set(neighbour, instance({ instanceId: neighbour }));
    const poison: Message = { receipt: 'r', ...build(), id: 'poison' };
    expect(await handleInbox(ports)([poison, spot(neighbour), poison])).toEqual({ batchItemFailures: [] });
    const found = { code, messageId: 'poison', reason: expect.stringMatching(/\w: ./) };
    expect(ports.quarantined).toMatchObject([found, found]);
    expect(ports.started).toMatchObject([{ input: { instances: [neighbour] } }]);
    expect([...ports.cases.rows.keys()]).toEqual([neighbour]);
  });

  it('lets a message come again when the execution could not be started, and starts it then', async () => {
    failStart = true;
    const event = spot();
    expect(await handleInbox(ports)([event])).toEqual({ batchItemFailures: [{ itemIdentifier: event.id }] });
    failStart = false;
    now += 30_000;
    expect(await handleInbox(ports)([event])).toEqual({ batchItemFailures: [] });
    expect(ports.started).toHaveLength(1);
  });

  describe.each(['before', 'after'] as const)('killed %s any of its calls', (when) => {
    const ids = ['i-0000000000000000a', 'i-0000000000000000b'];
    /** What was started claims its cases, as its first task does. */
    const executionsBegin = async () => {
      for (const { name, input } of ports.started) {
        running.add(name);
        for (const instanceId of input['instances'] as string[]) {
          const news = { instanceId, cluster: 'demo', cause: 'SpotInterruption', forced: true, deadline: null };
          await ports.cases.claim(news, name);
        }
      }
    };
    const play = async (at: number) => {
      for (const instanceId of ids) ec2.set(instanceId, instance({ instanceId }));
      const batch = [...ids.map((id) => spot(id)), { id: 'poison', body: 'not json', receipt: 'r' }];
      const { process, calls } = deadly(at, when);
      // SQS gives the whole batch again when its function has died, once it is visible again.
      for (let time = 0; time < 2; time++) {
        const guard = process();
        const { inbox, quarantine, instances, cases, executions } = ports;
        const guarded = {
          ...ports,
          inbox: guard(inbox),
          quarantine: guard(quarantine),
          instances: guard(instances),
          cases: guard(cases),
          executions: guard(executions),
        };
        try {
          await handleInbox(guarded)(batch);
          return calls();
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          await executionsBegin();
          pass(60_000);
        }
      }
      throw new Error('it was killed twice');
    };

    it('starts one execution for each instance and loses nothing', async () => {
      const calls = await play(0);
      expect(calls).toBeGreaterThan(5);
      for (let at = 1; at <= calls; at++) {
        arrange();
        await play(at);
        const instances = ports.started.flatMap(({ input }) => input['instances'] as string[]);
        expect({ at, instances: instances.toSorted() }).toEqual({ at, instances: ids });
        expect({ at, codes: [...new Set(ports.quarantined.map(({ code }) => code))] }).toEqual({
          at,
          codes: ['NotJson'],
        });
        expect([...ports.cases.rows.values()].map(({ state }) => state)).toEqual(['Open', 'Open']);
      }
    });
  });

  describe('when the execution that holds the case', () => {
    const held = { instanceId: ours, cluster: 'demo', cause: 'RebalanceRecommendation', forced: false, deadline: null };
    const silentFor = async (milliseconds: number) => {
      await ports.cases.openOrJoin(held);
      await ports.cases.claim(held, 'run');
      now += milliseconds;
    };

    it('has ended and nobody heard of it, starts another one for an interruption at once', async () => {
      await silentFor(11_000);
      await handleInbox(ports)([spot()]);
      expect(ports.started).toMatchObject([{ input: { cause: 'SpotInterruption', instances: [ours] } }]);
      expect(ports.cases.rows.get(ours)).toMatchObject({ generation: 2, leaseUntil: 0 });
    });

    it('is running, lets the interruption join it', async () => {
      running.add('run');
      await silentFor(11_000);
      await handleInbox(ports)([spot()]);
      expect([ports.started, ports.asked]).toEqual([[], ['run']]);
    });

    it('has renewed its lease just now, does not even ask', async () => {
      await silentFor(5_000);
      await handleInbox(ports)([spot()]);
      expect([ports.started, ports.asked]).toEqual([[], []]);
    });

    it('is silent for longer than its lease, starts another one for a recommendation too', async () => {
      await silentFor(119_999);
      await handleInbox(ports)([rebalance()]);
      expect(ports.started).toHaveLength(0);
      now += 1;
      await handleInbox(ports)([rebalance()]);
      expect(ports.started).toMatchObject([{ input: { cause: 'RebalanceRecommendation' } }]);
    });

    it('is dead, starts one execution however many events say that the instance goes', async () => {
      await silentFor(30_000);
      await handleInbox(ports)([spot(), spot(), state('shutting-down')]);
      ec2.set(ours, instance({ state: 'shutting-down' }));
      await handleInbox(ports)([state('shutting-down')]);
      expect(ports.started).toHaveLength(1);
    });

    it('is asked for once for all the instances that it holds', async () => {
      const ids = ['i-0000000000000000a', 'i-0000000000000000b', 'i-0000000000000000c'];
      running.add('run');
      for (const instanceId of ids) {
        ec2.set(instanceId, instance({ instanceId }));
        await ports.cases.claim({ ...held, instanceId }, 'run');
      }
      now += 30_000;
      await handleInbox(ports)(ids.map((id) => spot(id)));
      expect([ports.started, ports.asked]).toEqual([[], ['run']]);
    });
  });

  it('takes late events of an instance that was replaced as handled', async () => {
    await handleInbox(ports)([spot()]);
    await ports.cases.claim(
      { instanceId: ours, cluster: 'demo', cause: 'SpotInterruption', forced: true, deadline: now },
      'run',
    );
    await ports.cases.close(ours, 'run', 'Replaced');
    ec2.set(ours, instance({ state: 'shutting-down' }));
    await handleInbox(ports)([state('shutting-down'), spot()]);
    expect(ports.started).toHaveLength(1);
  });

  describe('when an execution has ended without tidying up', () => {
    const aborted = (given: Record<string, unknown> = {}) =>
      message('Step Functions Execution Status Change', {
        name: 'run',
        stateMachineArn: 'arn:machine',
        status: 'ABORTED',
        stopDate: noon - 1_000,
        ...given,
      });
    const leaveOpen = async () => {
      const news = { instanceId: ours, cluster: 'demo', cause: 'Manual', forced: false, deadline: null };
      await ports.cases.recordExecution({ execution: 'run', cluster: 'demo', instanceIds: [ours], groups: [] });
      await ports.cases.claim(news, 'run');
    };

    it('starts a cleanup if it left a case open, and only then', async () => {
      await handleInbox(ports)([aborted()]);
      expect(ports.started).toEqual([]);
      await leaveOpen();
      await handleInbox(ports)([aborted()]);
      expect(ports.started).toMatchObject([{ input: { cluster: 'demo', cause: 'Cleanup', of: 'run', dryRun: false } }]);
    });

    it('leaves it alone once somebody has redriven it', async () => {
      await leaveOpen();
      running.add('run');
      redrivenAt = noon;
      expect(await handleInbox(ports)([aborted()])).toEqual({ batchItemFailures: [] });
      expect(ports.started).toEqual([]);
    });

    it('looks again later while Step Functions still calls it running', async () => {
      await leaveOpen();
      running.add('run');
      redrivenAt = noon - 60_000;
      const event = aborted();
      expect(await handleInbox(ports)([event])).toEqual({ batchItemFailures: [{ itemIdentifier: event.id }] });
      running.clear();
      await handleInbox(ports)([event]);
      expect(ports.started).toHaveLength(1);
    });

    it('is not misled by an execution of another machine with the same name', async () => {
      await leaveOpen();
      await handleInbox(ports)([aborted({ stateMachineArn: 'arn:other' })]);
      expect([ports.started, ports.quarantined]).toEqual([[], []]);
    });

    it('believes no event of one that is at work', async () => {
      await leaveOpen();
      await handleInbox(ports)([aborted({ status: 'RUNNING' })]);
      expect(ports.started).toEqual([]);
      expect(ports.quarantined).toMatchObject([{ code: 'WrongField' }]);
    });
  });
});
