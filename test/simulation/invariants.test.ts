import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../sandbox/aws/contract.ts';
import { person } from '../../sandbox/aws/contract.ts';
import { randomHistory } from '../../sandbox/histories/random-history.ts';
import { type Staged, stageHistory } from '../../sandbox/histories/stage-history.ts';
import type { KubeObject, Pod } from '../../sandbox/kubernetes/types/objects.ts';
import { type Instance, privateDnsName } from '../../sandbox/services/ec2/instance.ts';
import type { Execution } from '../../sandbox/services/states/execution.ts';
import { synthesize } from '../../sandbox/synth.ts';
import type { WitnessedCall, WitnessedRequest } from '../../sandbox/witness.ts';
import { HeldTime } from '../sandbox/held-time.ts';
import type { Watch } from './contract.ts';
import { invariants } from './invariants/invariants.ts';
import { Scene } from './scene.ts';

const root = join(import.meta.dirname, '..', '..');
const role: Principal = { kind: 'role', roleArn: 'arn:aws:iam::000000000000:role/x', sessionName: 'x' };
const user = 'eks-steward:drainer';

let staged: Staged;
let time: HeldTime;
let scene: Scene;
let watch: Watch;
let violations: string[];

beforeAll(async () => {
  const history = { ...randomHistory(2, 'calm'), acts: [], lasts: 60_000 };
  const manifests = join(root, 'infra', 'kubernetes');
  staged = await stageHistory({ assembly: await synthesize(root), manifests, history });
  time = new HeldTime(staged.sandbox.clock);
});
afterAll(async () => await staged.sandbox.close());
beforeEach(() => {
  violations = [];
  scene = new Scene(staged.sandbox, staged.met);
});

const letPass = async (milliseconds: number) =>
  await time.during(async () => await staged.sandbox.letPass(milliseconds));

/** Looks at one invariant from now on. */
function look(name: string): void {
  const invariant = invariants.find((each) => each.name === name);
  if (!invariant) throw new Error(`there is no invariant ${name}`);
  watch = invariant.watch(scene, (what) => violations.push(what));
}

/** A running instance with a pod that could move. */
function busy(): { readonly instance: Instance; readonly node: string; readonly pod: Pod } {
  for (const instance of staged.sandbox.world.fleet.all()) {
    const node = privateDnsName(instance);
    const [pod] = scene.movablePods(node);
    if (instance.state === 'running' && pod) return { instance, node, pod };
  }
  throw new Error('no node has a pod that could move');
}

function request(given: Partial<WitnessedRequest['info']>, more: Partial<WitnessedRequest>): void {
  const info = {
    isResource: true,
    path: '',
    verb: 'create',
    group: '',
    version: 'v1',
    namespace: 'default',
    resource: 'pods',
    subresource: '',
    name: 'x',
    ...given,
  };
  watch.request?.({ cluster: 'demo', user, info, body: Buffer.from('{}'), status: 201, before: undefined, ...more });
}

function evict(pod: Pod, uid = pod.metadata.uid): void {
  const body = Buffer.from(JSON.stringify({ deleteOptions: { preconditions: { uid } } }));
  request({ subresource: 'eviction', name: pod.metadata.name }, { before: pod, body });
}

function call(given: Partial<WitnessedCall>): void {
  const seen = { service: 'autoscaling', operation: 'X', input: {}, principal: role, output: {}, ...given };
  scene.seeCall(seen);
  watch.call?.(seen);
}

const ended = (given: Partial<Execution>) =>
  watch.ended?.({
    name: 'run',
    status: 'SUCCEEDED',
    started: new Date(scene.now()),
    inputValue: {},
    history: { events: [] },
    ...given,
  } as Execution);

const order = (input: object) =>
  scene.seeCall({
    service: 'states',
    operation: 'StartExecution',
    input: { input: JSON.stringify(input) },
    principal: person,
  });

const pause = (value: string) =>
  scene.seeCall({
    service: 'ssm',
    operation: 'PutParameter',
    input: { Name: '/eks-steward/paused', Value: value },
    principal: person,
  });

describe('only-subjects-are-drained', () => {
  it('holds for a node that a person names, and not for another one', () => {
    look('only-subjects-are-drained');
    const { pod, node } = busy();
    evict(pod);
    expect(violations).toEqual([expect.stringContaining('which nobody meant')]);
    order({ nodes: [node], dryRun: false });
    evict(pod);
    expect(violations).toHaveLength(1);
  });

  it('does not hold for a node that a person asks only the plan of', () => {
    look('only-subjects-are-drained');
    const { pod, node } = busy();
    order({ nodes: [node] });
    evict(pod);
    expect(violations).toHaveLength(1);
  });

  it('does not hold without the UID of the pod', () => {
    look('only-subjects-are-drained');
    const { pod, node } = busy();
    order({ nodes: [node], dryRun: false });
    evict(pod, 'another');
    expect(violations).toEqual([expect.stringContaining('without its UID')]);
  });
});

describe('only-deadlines-force', () => {
  it('holds for an eviction, and not for a deletion of a pod whose instance nobody takes away', () => {
    look('only-deadlines-force');
    const { pod } = busy();
    evict(pod);
    expect(violations).toEqual([]);
    request({ verb: 'delete', name: pod.metadata.name }, { before: pod });
    expect(violations).toEqual([expect.stringContaining('has no deadline')]);
  });
});

describe('pods-are-not-hunted', () => {
  it('holds while each pod of a workload is evicted from a node, and not for one that comes back again and again', () => {
    look('pods-are-not-hunted');
    const { pod, node } = busy();
    const owner = pod.metadata.ownerReferences?.[0]?.uid;
    const there = scene.cluster.store
      .podsOnNode(node)
      .filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner).length;
    for (let times = 0; times < 2 * there; times++) evict(pod);
    expect(violations).toEqual([]);
    evict(pod);
    expect(violations).toHaveLength(1);
  });
});

describe('only-ours-are-ended-and-empty', () => {
  const terminate = (id: string) =>
    call({ operation: 'TerminateInstanceInAutoScalingGroup', input: { InstanceId: id } });

  it('does not hold for an instance that nobody means', () => {
    look('only-ours-are-ended-and-empty');
    terminate(busy().instance.instanceId);
    expect(violations).toEqual([expect.stringContaining('which nobody meant')]);
  });

  it('does not hold for one that is meant and has a pod that was not asked to go', () => {
    look('only-ours-are-ended-and-empty');
    const { instance, node } = busy();
    order({ nodes: [node], dryRun: false });
    terminate(instance.instanceId);
    expect(violations).toEqual([expect.stringContaining('pods on it')]);
  });

  it('holds when a person ends it, or when the call is refused', () => {
    look('only-ours-are-ended-and-empty');
    const { instance } = busy();
    const input = { InstanceId: instance.instanceId };
    call({ operation: 'TerminateInstanceInAutoScalingGroup', input, principal: person });
    call({ operation: 'TerminateInstanceInAutoScalingGroup', input, error: new Error('denied') });
    expect(violations).toEqual([]);
  });
});

describe('sizes-are-their-owners', () => {
  const group = () => {
    const [first] = staged.sandbox.world.groups.all();
    if (!first) throw new Error('no group');
    return first;
  };
  /** What a call by somebody has made of a group. */
  const resize = (size: number, by: Principal) => {
    group().desired = size;
    call({ operation: 'SetDesiredCapacity', input: { AutoScalingGroupName: group().name }, principal: by });
  };
  let before: { readonly min: number; readonly max: number; readonly desired: number };
  beforeEach(() => {
    before = { ...group() };
    Object.assign(group(), { min: 0, max: 20, desired: 3 });
    scene = new Scene(staged.sandbox, staged.met);
    look('sizes-are-their-owners');
  });
  afterEach(() => void Object.assign(group(), before));

  it('holds when the size is as the last person set it, and what the product added has been taken back', () => {
    resize(2, person);
    resize(3, role);
    resize(2, role);
    void watch.atLast?.();
    expect(violations).toEqual([]);
  });

  it('counts what others take away beside the product', () => {
    resize(4, role);
    group().desired = 3;
    call({ operation: 'TerminateInstanceInAutoScalingGroup', principal: person });
    void watch.atLast?.();
    expect(violations).toEqual([`${group().name} is 1 larger than its owners want: 3`]);
  });

  it.each([
    [1, 'larger'],
    [-1, 'smaller'],
  ])('does not hold when the product leaves a group changed by %i', (change, how) => {
    resize(3 + change, role);
    void watch.atLast?.();
    expect(violations).toEqual([`${group().name} is 1 ${how} than its owners want: ${3 + change}`]);
  });
});

describe('paused-means-paused', () => {
  it('does not hold for an eviction more than a slice after the pause, and holds before and after it', async () => {
    look('paused-means-paused');
    const { pod } = busy();
    evict(pod);
    pause('an incident');
    evict(pod);
    expect(violations).toEqual([]);
    await letPass(80_000);
    evict(pod);
    expect(violations).toHaveLength(1);
    pause('false');
    evict(pod);
    expect(violations).toHaveLength(1);
  });
});

describe('runs-end-with-a-report', () => {
  it('holds for a run that succeeds, that a person stopped, or that a person mistyped', () => {
    look('runs-end-with-a-report');
    ended({});
    ended({ status: 'ABORTED' });
    ended({ status: 'FAILED', error: 'InvalidInputError' });
    expect(violations).toEqual([]);
  });

  it('does not hold for a run that fails', () => {
    look('runs-end-with-a-report');
    ended({ status: 'FAILED', error: 'TimeoutError', cause: '{}' });
    expect(violations).toEqual([expect.stringContaining('TimeoutError')]);
  });
});

describe('reports-are-true', () => {
  const report = (outcome: string, code: string, about: string, input: object = {}) =>
    ended({ output: { outcome, reasons: [{ code, about, text: code }] }, inputValue: input as never });

  it('does not hold for the end of an instance that runs, or a replacement of one', () => {
    look('reports-are-true');
    const { instanceId } = busy().instance;
    report('Drained', 'InstanceTerminated', instanceId);
    report('Replaced', 'ReplacementReady', 'x', { instances: [instanceId] });
    expect(violations).toEqual([expect.stringContaining('it runs'), expect.stringContaining('says Replaced')]);
  });

  it('does not hold for a node that is said to be gone and is there', () => {
    look('reports-are-true');
    report('NothingToDo', 'NodeGone', busy().instance.instanceId);
    expect(violations).toEqual([expect.stringContaining('its node is there')]);
  });
});

describe('reports-are-true, of pods and plans,', () => {
  const report = (output: object) => ended({ output: output as never });

  it('does not hold for a missed deadline that names no pod, and holds when it names them', () => {
    look('reports-are-true');
    const reason = { code: 'DeadlineReached', about: 'node', text: 'the deadline came: 2 pods are left' };
    report({ outcome: 'Drained', reasons: [reason, { code: 'BudgetHolds', about: 'pod default/a', text: '' }] });
    expect(violations).toEqual([]);
    report({ outcome: 'Drained', reasons: [reason] });
    expect(violations).toEqual([expect.stringContaining('none is named')]);
  });

  it('does not hold for a dry run that has evictions in its plan and says that nothing is to be done', () => {
    look('reports-are-true');
    report({ outcome: 'NothingToDo', reasons: [], plan: [{ action: 'Wait' }] });
    expect(violations).toEqual([]);
    report({ outcome: 'NothingToDo', reasons: [], plan: [{ action: 'Evict' }] });
    expect(violations).toHaveLength(1);
  });

  it('does not hold for a node whose instance is said to have ended and runs', () => {
    look('reports-are-true');
    report({ outcome: 'Drained', reasons: [{ code: 'NodeLeft', about: busy().node, text: '' }] });
    expect(violations).toEqual([expect.stringContaining('runs')]);
  });
});

describe('work that nothing forces', () => {
  const cordon = (node: string) => {
    const { store } = scene.cluster;
    const before = store.get('nodes', undefined, node);
    if (!before) throw new Error('no node');
    const annotations = { 'eks-steward.io/execution': 'run' };
    store.put('nodes', {
      ...before,
      metadata: { ...before.metadata, annotations },
      spec: { ...before.spec, unschedulable: true },
    });
    request({ verb: 'patch', resource: 'nodes', name: node }, { before, status: 200 });
    return () => void store.put('nodes', before);
  };

  it('may cordon two nodes at a time, and not most of a cluster', () => {
    look('voluntary-work-is-bounded');
    const names = staged.sandbox.world.fleet
      .all()
      .filter(({ state }) => state === 'running')
      .map(privateDnsName);
    const most = Math.max(2, Math.floor(scene.cluster.store.list('nodes').length / 3));
    const back = names.slice(0, most).map(cordon);
    expect(violations).toEqual([]);
    back.push(...names.slice(most, most + 1).map(cordon));
    for (const undo of back) undo();
    expect(violations).toEqual([expect.stringContaining(`${most + 1} of`)]);
  });

  it('does not put back a node that it has emptied', () => {
    look('emptied-nodes-are-finished');
    const { pod, node } = busy();
    const { store } = scene.cluster;
    const pods = store.podsOnNode(node);
    const before = store.get('nodes', undefined, node);
    evict(pod);
    for (const each of pods) store.remove('pods', each);
    const cordoned = { ...before, spec: { ...before?.spec, unschedulable: true } };
    request({ verb: 'patch', resource: 'nodes', name: node }, { before: cordoned as never, status: 200 });
    for (const each of pods) store.put('pods', each);
    expect(violations).toEqual([expect.stringContaining('had emptied it')]);
  });
});

describe('histories', () => {
  it('hold no token', () => {
    look('histories-hold-no-secret');
    ended({ input: '{}' });
    expect(violations).toEqual([]);
    ended({ input: '{"token":"k8s-aws-v1.aHR0"}' });
    expect(violations).toHaveLength(1);
  });

  it('have a bound', () => {
    look('histories-are-bounded');
    ended({ history: { events: Array.from({ length: 20_001 }) } as never });
    ended({ output: 'x'.repeat(200_000) });
    expect(violations).toHaveLength(2);
  });
});

describe('nodes-are-left-as-they-were', () => {
  it('does not hold for a node that carries a taint of ours', () => {
    look('nodes-are-left-as-they-were');
    void watch.atLast?.();
    expect(violations).toEqual([]);
    const { store } = scene.cluster;
    const node = store.get('nodes', undefined, busy().node);
    if (!node) throw new Error('no node');
    const taint = { key: 'status-taint.cluster-autoscaler.kubernetes.io/eks-steward', effect: 'NoSchedule' };
    store.put('nodes', { ...node, spec: { ...node.spec, taints: [taint] } } as never);
    void watch.atLast?.();
    store.put('nodes', node);
    expect(violations).toEqual([expect.stringContaining('status-taint')]);
  });
});

describe('messages-are-handled', () => {
  it('does not hold for a message in a dead-letter queue', async () => {
    look('messages-are-handled');
    void watch.atLast?.();
    expect(violations).toEqual([]);
    const queue = staged.sandbox.queues.all().find(({ name }) => name.endsWith('dead-letters'));
    await time.during(
      async () =>
        await staged.sandbox.cloud.call(
          'sqs',
          'SendMessage',
          { QueueUrl: queue && staged.sandbox.queues.url(queue), MessageBody: 'lost' },
          person,
        ),
    );
    void watch.atLast?.();
    expect(violations).toEqual(['1 messages are in eks-steward-dead-letters']);
    queue?.purge();
  });
});

/** A warning about an instance that nobody hears of but the scene. */
function warn(spot: Instance): void {
  spot.interrupted = true;
  const { rules } = staged.sandbox.buses.get('default');
  const kept = [...rules];
  rules.clear();
  staged.sandbox.buses.emit({
    source: 'aws.ec2',
    detailType: 'EC2 Spot Instance Interruption Warning',
    detail: { 'instance-id': spot.instanceId, 'instance-action': 'terminate' },
  });
  for (const [name, rule] of kept) rules.set(name, rule);
  expect(scene.warnings.has(spot.instanceId)).toBe(true);
}

function ownSpot(): { readonly spot: Instance; readonly node: KubeObject } {
  const spot = staged.sandbox.world.fleet
    .all()
    .find((each) => each.spot && each.state === 'running' && !each.interrupted && !scene.isManaged(each));
  const node = spot && scene.nodeOf(spot);
  if (!node) throw new Error('no Spot instance');
  return { spot, node };
}

const cordonedOf = (node: KubeObject) => ({ ...node, spec: { ...(node.spec as object), unschedulable: true } });

describe('a warned node', () => {
  it.each([
    [10_000, 0],
    [25_000, 1],
  ])('that is cordoned after %i ms violates %i times that warnings are heard at once', async (milliseconds, times) => {
    const { spot, node } = ownSpot();
    look('warnings-are-heard-at-once');
    warn(spot);
    await letPass(milliseconds);
    watch.change?.({ type: 'MODIFIED', resource: 'nodes', object: cordonedOf(node) } as never);
    spot.interrupted = false;
    expect(violations).toHaveLength(times);
  });

  it('is cordoned before its instance ends, and stays so', async () => {
    const { spot, node } = ownSpot();
    look('warned-nodes-are-cordoned');
    const stays = invariants.find(({ name }) => name === 'warned-nodes-stay-cordoned');
    const second: string[] = [];
    const staying = stays?.watch(scene, (what) => second.push(what));
    warn(spot);
    watch = staying ?? {};
    request({ verb: 'patch', resource: 'nodes', name: node.metadata.name }, { before: cordonedOf(node), status: 200 });
    expect(second).toEqual([expect.stringContaining('was uncordoned')]);
    await letPass(100_000);
    await time.during(
      async () =>
        await staged.sandbox.cloud.call('ec2', 'TerminateInstances', { InstanceIds: [spot.instanceId] }, person),
    );
    expect(violations).toEqual([expect.stringContaining('never cordoned')]);
  });
});

/** The scene of a sandbox with something else in place of one of its parts. */
function sceneWith(parts: object): void {
  scene = new Scene({ ...staged.sandbox, ...parts }, staged.met);
}

const markRun = (node: string, run: string) => {
  const { store } = scene.cluster;
  const known = store.get('nodes', undefined, node);
  if (!known) throw new Error(`no node ${node}`);
  const annotations = { ...known.metadata.annotations, 'eks-steward.io/execution': run };
  store.put('nodes', { ...known, metadata: { ...known.metadata, annotations } });
  return () => void store.put('nodes', known);
};

describe('one-drain-a-node', () => {
  it.each([
    ['RUNNING', 1],
    ['SUCCEEDED', 0],
  ])('with a first run that is %s is violated %i times by a second one', (status, times) => {
    sceneWith({ states: { executions: () => [{ name: 'first', status }] } });
    look('one-drain-a-node');
    const { pod, node } = busy();
    const restore = markRun(node, 'first');
    evict(pod);
    markRun(node, 'second');
    evict(pod);
    restore();
    expect(violations).toHaveLength(times);
  });
});

describe('forced-runs-end-in-time', () => {
  it.each([
    [14, 0],
    [16, 1],
  ])('for a run that ends %i minutes after EC2 took the instance is violated %i times', (minutes, times) => {
    look('forced-runs-end-in-time');
    const endsAt = scene.now() - minutes * 60_000;
    const inputValue = { cause: 'SpotInterruption', instances: ['i-1'], facts: { 'i-1': { endsAt } } };
    ended({ inputValue, started: new Date(endsAt - 120_000) });
    expect(violations).toHaveLength(times);
  });
});

describe.each([
  ['cases-are-closed', 'case#instance/i-1', 'case', { state: { S: 'Open' } }, 1],
  ['cases-are-closed', 'case#instance/i-1', 'case', { state: { S: 'Closed' } }, 0],
  ['leases-are-given-back', 'lease#group/a', 'lease', { holder: { S: 'run' }, until: { N: '9999999999999' } }, 1],
  ['leases-are-given-back', 'lease#group/a', 'lease', { holder: { S: 'run' }, until: { N: '1' } }, 0],
  ['leases-are-given-back', 'lease#group/a', 'lease', { until: { N: '9999999999999' } }, 0],
] as const)('%s', (name, pk, sk, row, times) => {
  it(`is violated ${times} times by a row ${JSON.stringify(row)}`, async () => {
    look(name);
    const { cloud } = staged.sandbox;
    const { TableNames } = await cloud.call<{ TableNames: string[] }>('dynamodb', 'ListTables', {}, person);
    const key = { pk: { S: pk }, sk: { S: sk } };
    const TableName = TableNames[0] as string;
    await cloud.call('dynamodb', 'PutItem', { TableName, Item: { ...key, ...row } }, person);
    await watch.atLast?.();
    await cloud.call('dynamodb', 'DeleteItem', { TableName, Key: key }, person);
    expect(violations).toHaveLength(times);
  });
});

describe('mistakes-wake-nobody', () => {
  const goesOff = (executions: readonly object[]) => {
    let tell: (change: object) => void = () => undefined;
    const alarms = {
      onChange: (listener: typeof tell) => {
        tell = listener;
      },
    };
    sceneWith({ alarms, states: { executions: () => executions } });
    look('mistakes-wake-nobody');
    tell({ alarm: { AlarmName: 'eks-steward-failed-executions' }, state: { value: 'ALARM' } });
  };

  it('does not hold when an alarm goes off, and all that failed was typed wrong', () => {
    goesOff([{ status: 'FAILED', error: 'InvalidInputError' }]);
    expect(violations).toHaveLength(1);
  });

  it('holds when something else has failed', () => {
    goesOff([
      { status: 'FAILED', error: 'InvalidInputError' },
      { status: 'FAILED', error: 'TimeoutError' },
    ]);
    expect(violations).toEqual([]);
  });
});

describe('told-to-wait-means-wait', () => {
  it('does not hold for an eviction that is asked for again before the time that the server gave', () => {
    look('told-to-wait-means-wait');
    const { pod } = busy();
    const { waits } = staged.met;
    waits.set(pod.metadata.name, scene.now() + 3_000);
    evict(pod);
    waits.set(pod.metadata.name, scene.now());
    evict(pod);
    waits.clear();
    expect(violations).toEqual([`the eviction of ${pod.metadata.name} was asked for 3.0 s too early`]);
  });
});

describe('drains-keep-their-time', () => {
  it('does not hold for a voluntary drain that evicts longer than its timeout', async () => {
    look('drains-keep-their-time');
    const { pod, node } = busy();
    const restore = markRun(node, 'long');
    evict(pod);
    await letPass(21 * 60_000);
    evict(pod);
    expect(violations).toEqual([]);
    await letPass(2 * 60_000);
    evict(pod);
    evict(pod);
    restore();
    expect(violations).toEqual([`long drains ${node} for 23 min, and was given 20`]);
  });

  it('does not hold for one that gives its node back later than that', async () => {
    look('drains-keep-their-time');
    const { pod, node } = busy();
    const restore = markRun(node, 'long');
    evict(pod);
    const before = scene.cluster.store.get('nodes', undefined, node);
    if (!before) throw new Error('no node');
    const cordoned = { ...before, spec: { ...(before.spec as object), unschedulable: true } };
    await letPass(25 * 60_000);
    request({ verb: 'patch', resource: 'nodes', name: node }, { before: cordoned, status: 200 });
    restore();
    expect(violations).toEqual([`long drains ${node} for 25 min, and was given 20`]);
  });
});

describe('changes-leave-a-line', () => {
  it('does not hold for a change whose subject no log names', () => {
    look('changes-leave-a-line');
    const input = { AutoScalingGroupName: 'group-0' };
    call({ operation: 'SetDesiredCapacity', input });
    watch.log?.('eks-steward-launch', 'something else');
    void watch.atLast?.();
    expect(violations).toEqual(['1 of 1 changes left no line in any log, such as SetDesiredCapacity of group-0']);
    watch.log?.('eks-steward-launch', '{"group":"group-0"}');
    void watch.atLast?.();
    expect(violations).toHaveLength(1);
  });
});

describe('a report that says more than is so', () => {
  it('is found when it keeps a group larger that is as its owners want it', () => {
    look('reports-are-true');
    const [group] = staged.sandbox.world.groups.all();
    if (!group) throw new Error('no group');
    ended({
      output: { outcome: 'RolledBack', plan: [], reasons: [{ code: 'ReplacementKept', about: group.name, text: '' }] },
    });
    expect(violations).toEqual([expect.stringContaining('it is not larger than its owners want')]);
  });

  it('is found when it does not know a Node that is there', () => {
    look('reports-are-true');
    const { node } = busy();
    ended({ output: { outcome: 'NothingToDo', plan: [], reasons: [{ code: 'NodeGone', about: node, text: '' }] } });
    expect(violations).toEqual([expect.stringContaining('there is a Node of that name')]);
  });
});

describe('only-ours-are-ended-and-empty, of an instance that ends in the same moment,', () => {
  it('does not take its end for the reason of its end', async () => {
    look('only-ours-are-ended-and-empty');
    const { instance } = busy();
    const input = { InstanceId: instance.instanceId, ShouldDecrementDesiredCapacity: false };
    await staged.sandbox.cloud.call('autoscaling', 'TerminateInstanceInAutoScalingGroup', input, person);
    call({ operation: 'TerminateInstanceInAutoScalingGroup', input });
    expect(violations).toEqual([`${instance.instanceId} was ended, which nobody meant`]);
  });

  it('says nothing of one that had ended before', async () => {
    look('only-ours-are-ended-and-empty');
    const { instance } = busy();
    const input = { InstanceIds: [instance.instanceId] };
    await staged.sandbox.cloud.call('ec2', 'TerminateInstances', input, person);
    await letPass(1_000);
    call({ operation: 'TerminateInstanceInAutoScalingGroup', input: { InstanceId: instance.instanceId } });
    expect(violations).toEqual([]);
  });
});
