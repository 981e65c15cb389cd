import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { CallContext } from '../../sandbox/aws/contract.ts';
import { grantedActions } from './granted-actions.ts';
import { Scenario } from './scenario.ts';

jest.setTimeout(240_000);

/** Rights that only trouble makes a function use, which these plays do not have; each with where it is tested. */
const onlyInTrouble: readonly string[] = [
  // A conditional write whose condition failed reads its row again: test/shared/work.
  'dynamodb:GetItem',
  // Settings that one parameter cannot hold: test/shared/aws/settings.test.ts.
  'ssm:GetParameters',
  // The group lost an instance without us, and its replacement was never launched: test/functions/node-replacement/terminate-nodes.test.ts.
  'eks-steward-node-replacement-terminate-nodes autoscaling:SetDesiredCapacity',
];
const operations: Readonly<Record<string, string>> = { 'lambda:Invoke': 'lambda:InvokeFunction' };

let scenario: Scenario;
const used = new Map<string, Set<string>>();

/** Notes which actions each function's role calls. */
function watch(): void {
  const { cloud, runtime } = scenario.sandbox;
  const handle = cloud.handle.bind(cloud);
  cloud.handle = async (service: string, operation: string, input: object, context: CallContext) => {
    const { principal } = context;
    const owner =
      principal.kind === 'role' ? runtime.all().find(({ config }) => config.roleArn === principal.roleArn) : undefined;
    if (owner) {
      const action = operations[`${service}:${operation}`] ?? `${service}:${operation}`;
      used.set(owner.config.name, (used.get(owner.config.name) ?? new Set()).add(action));
    }
    return await handle(service, operation, input, context);
  };
}

/** Does something once, when a run enters a state for the nth time from now. */
function when(state: string, nth: number, act: (executionArn: string) => Promise<unknown>): void {
  let entered = 0;
  scenario.sandbox.states.onTransition(({ arn, status }, { type, stateEnteredEventDetails }) => {
    if (status !== 'RUNNING' || !type?.endsWith('StateEntered') || stateEnteredEventDetails?.name !== state) return;
    entered += 1;
    if (entered === nth) scenario.sandbox.clock.after(0, () => void act(arn));
  });
}

/** A person replaces an instance of the group, until all work has ended. */
async function replace(): Promise<string> {
  const [instance = ''] = (await scenario.group('demo-spot')).inService;
  await scenario.run({ cluster: 'demo', nodes: [scenario.nodeOf(instance)?.metadata.name ?? ''], dryRun: false });
  return instance;
}

const pause = (Value: string) =>
  scenario.call('ssm', 'PutParameter', { Name: '/eks-steward/paused', Value, Overwrite: true });
const noCapacity = { code: 'InsufficientInstanceCapacity', message: 'no capacity' };

beforeAll(async () => {
  scenario = await Scenario.start();
  watch();
  const { world } = scenario.sandbox;
  const untilIdle = () => scenario.untilIdle();
  // A recommendation that a budget holds, so that it rolls back; then an interruption.
  world.recommendRebalance(scenario.spot);
  await untilIdle();
  world.interruptSpot(scenario.spot);
  await untilIdle();
  // One that somebody stops, so that another one cleans up.
  when('Drain nodes', 1, (executionArn) => scenario.call('states', 'StopExecution', { executionArn }));
  await replace();
  await untilIdle();
  // One that is paused while its replacement starts: it is taken back.
  when('Wait for the replacements', 2, () => pause('incident 42'));
  await replace();
  await untilIdle();
  await pause('false');
  await scenario.letPass(11_000);
  // One whose instance somebody ends while the group cannot launch.
  let victim = '';
  when('Drain nodes', 1, async () => {
    world.failLaunches('demo-spot', noCapacity);
    await scenario.call('ec2', 'TerminateInstances', { InstanceIds: [victim] });
  });
  victim = await replace();
  await untilIdle();
  // One whose group cannot launch from the start; and a check.
  await replace();
  await untilIdle();
  await scenario.run({ cluster: 'demo' }, undefined, 'check');
  await untilIdle();
});

afterAll(async () => {
  await scenario.end();
});

it('every function uses the rights that it was granted, and those that only trouble calls for are known', async () => {
  const unused = [...(await grantedActions())].flatMap(([name, actions]) =>
    [...actions]
      .filter(
        (action) =>
          !used.get(name)?.has(action) && ![action, `${name} ${action}`].some((right) => onlyInTrouble.includes(right)),
      )
      .map((action) => `${name} ${action}`),
  );
  expect(unused).toEqual([]);
});
