import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '../../../shared/aws/queues.ts';
import { anInbox, instance, message, news, ours, privateCell, rebalance, spot, state, subject } from './an-inbox.ts';

let inbox: ReturnType<typeof anInbox>;

beforeEach(() => {
  inbox = anInbox();
});

function permutations(items: readonly string[]): string[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('intake', () => {
  it('starts one execution for a Spot interruption, with its deadline two minutes after the event', async () => {
    expect(await inbox.handle([spot()])).toEqual({ batchItemFailures: [] });
    expect(inbox.executions.started).toMatchObject([
      {
        input: {
          cluster: 'demo',
          cause: 'SpotInterruption',
          instances: [ours],
          dryRun: false,
          facts: { [ours]: { endsAt: inbox.now() - 2_000 + 120_000, nodeName: 'ip-10-0-1-7.ec2.internal' } },
        },
      },
    ]);
  });

  it('starts one execution however often the same event comes, together or one after another', async () => {
    await inbox.handle([spot(), spot()]);
    await inbox.handle([spot()]);
    await inbox.handle([spot(), spot()]);
    expect(inbox.executions.started).toHaveLength(1);
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
      inbox.ec2.set(
        ours,
        instance({ state: kind === 'shutting-down' ? 'shutting-down' : (inbox.ec2.get(ours)?.state ?? 'running') }),
      );
      await inbox.handle([kinds[kind]?.() ?? spot()]);
      const endsAt = inbox.cases.rows.get(subject())?.endsAt ?? earliest;
      expect(endsAt).toBeLessThanOrEqual(earliest);
      earliest = endsAt;
    }
    expect(inbox.executions.started).toHaveLength(1);
    expect(inbox.cases.rows.get(subject())?.interrupted).toBe(true);
  });

  it('carries up to 50 instances that are interrupted together in one execution, fetching what waits behind them', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `i-${index.toString(16).padStart(17, '0')}`);
    for (const id of ids) inbox.ec2.set(id, instance({ instanceId: id }));
    inbox.doors.urgent.waiting = ids.slice(10).map((id) => spot(id));
    await inbox.handle(ids.slice(0, 10).map((id) => spot(id)));
    expect(inbox.executions.started).toHaveLength(1);
    expect(inbox.executions.started[0]?.input['instances']).toHaveLength(45);
    expect(inbox.doors.urgent.deleted).toHaveLength(35);
  });

  it.each(['urgent', 'other'] as const)(
    'fetches what waits behind a batch from its own door, the %s one',
    async (door) => {
      const behind = { urgent: 'i-0000000000000000c', other: 'i-0000000000000000d' };
      const given = ['i-0000000000000000a', 'i-0000000000000000b'];
      for (const id of [...given, ...Object.values(behind)]) inbox.ec2.set(id, instance({ instanceId: id }));
      inbox.doors.urgent.waiting = [spot(behind.urgent)];
      inbox.doors.other.waiting = [spot(behind.other)];
      await inbox.handle(
        given.map((id) => spot(id)),
        door,
      );
      expect(inbox.executions.started).toMatchObject([{ input: { instances: [...given, behind[door]] } }]);
      expect(inbox.doors[door === 'urgent' ? 'other' : 'urgent'].waiting).toHaveLength(1);
    },
  );

  it('starts an execution in the cell of its cluster, and one for each cluster', async () => {
    const hidden = 'i-0dddddddddddddddd';
    inbox.clusters.set('hidden', privateCell);
    inbox.ec2.set(hidden, instance({ instanceId: hidden, tags: { 'kubernetes.io/cluster/hidden': 'owned' } }));
    await inbox.handle([spot(), spot(hidden)]);
    const { machines } = inbox.ports;
    expect(inbox.executions.started).toMatchObject([
      { machine: machines.arnOf('node-replacement', 'public'), input: { cluster: 'demo', instances: [ours] } },
      { machine: machines.arnOf('node-replacement', privateCell), input: { cluster: 'hidden', instances: [hidden] } },
    ]);
  });

  it('acknowledges events of foreign instances without a case, an execution or quarantine', async () => {
    inbox.ec2.set(ours, instance({ tags: {} }));
    expect(await inbox.handle([spot()])).toEqual({ batchItemFailures: [] });
    expect([inbox.executions.started, inbox.quarantined(), [...inbox.cases.rows]]).toEqual([[], [], []]);
  });

  it.each([
    ['a cluster that steward.yaml does not name', { 'kubernetes.io/cluster/other': 'owned' }],
    ['two clusters', { 'kubernetes.io/cluster/demo': 'owned', 'kubernetes.io/cluster/other': 'shared' }],
  ])('leaves instances of %s alone', async (_, tags) => {
    inbox.ec2.set(ours, instance({ tags: tags as unknown as Record<string, string> }));
    await inbox.handle([spot()]);
    expect(inbox.executions.started).toEqual([]);
  });

  it.each([
    ['EC2 knows no such instance', () => inbox.ec2.clear(), spot],
    ['the instance is not a Spot instance', () => inbox.ec2.set(ours, instance({ spot: false })), spot],
    ['it says terminated and EC2 says running', () => undefined, () => state('terminated')],
    ['its warning is long over and the instance still runs', () => inbox.pass(421_000), spot],
  ])('sends an event to quarantine when %s', async (_, prepare, build) => {
    prepare();
    await inbox.handle([build()]);
    expect(inbox.quarantined()).toMatchObject([{ code: 'Contradicted' }]);
    expect(inbox.executions.started).toEqual([]);
  });

  it('still drains for a late warning of an instance that is on its way out', async () => {
    inbox.pass(421_000);
    inbox.ec2.set(ours, instance({ state: 'shutting-down' }));
    await inbox.handle([spot()]);
    expect(inbox.executions.started).toHaveLength(1);
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
    inbox.ec2.set(neighbour, instance({ instanceId: neighbour }));
    const poison: Message = { receipt: 'r', ...build(), id: 'poison' };
    expect(await inbox.handle([poison, spot(neighbour), poison])).toEqual({ batchItemFailures: [] });
    const found = { code, messageId: 'poison', reason: expect.stringMatching(/\w: ./) };
    expect(inbox.quarantined()).toMatchObject([found, found]);
    expect(inbox.executions.started).toMatchObject([{ input: { instances: [neighbour] } }]);
    expect([...inbox.cases.rows.keys()]).toEqual([subject(neighbour)]);
  });

  it('lets a message come again when the execution could not be started, and starts it then', async () => {
    inbox.executions.failStart = true;
    const event = spot();
    expect(await inbox.handle([event])).toEqual({ batchItemFailures: [{ itemIdentifier: event.id }] });
    inbox.executions.failStart = false;
    // As soon as SQS gives an urgent message again.
    inbox.pass(12_000);
    expect(await inbox.handle([event])).toEqual({ batchItemFailures: [] });
    expect(inbox.executions.started).toHaveLength(1);
  });

  it('lets a message come again whose case waits for an execution that may not start, and takes it once that works', async () => {
    await inbox.handle([spot()]);
    const event = rebalance();
    expect(await inbox.handle([event])).toEqual({ batchItemFailures: [{ itemIdentifier: event.id }] });
    await inbox.cases.claim(news({ cause: 'SpotInterruption', interrupted: true }), 'run');
    expect(await inbox.handle([event])).toEqual({ batchItemFailures: [] });
    expect(inbox.executions.started).toHaveLength(1);
  });

  it('takes late events of an instance that was replaced as handled', async () => {
    await inbox.handle([spot()]);
    await inbox.cases.claim(news({ cause: 'SpotInterruption', interrupted: true, endsAt: inbox.now() }), 'run');
    await inbox.cases.close(subject(), 'run', 'Replaced');
    inbox.ec2.set(ours, instance({ state: 'shutting-down' }));
    await inbox.handle([state('shutting-down'), spot()]);
    expect(inbox.executions.started).toHaveLength(1);
  });
});
