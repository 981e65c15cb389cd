import { expect } from '@jest/globals';
import type { CallContext } from '../../sandbox/aws/contract.ts';
import { busiestSpot } from '../../sandbox/drills/drills.ts';
import { scenario } from './use-scenario.ts';

type When = 'before' | 'after';
type Kind = 'read' | 'write';

/** A call that a function makes to AWS: who, what and the how manyth of its kind. */
interface Call {
  readonly key: string;
  readonly roleArn: string;
}

/** Watches the calls that functions make, and ends the process of one when its call comes, before it takes effect or after. */
function watchCalls(target: { readonly key: string; readonly when: When } | undefined): {
  calls: string[];
  stop: () => number;
} {
  const { cloud } = scenario.sandbox;
  const handle = cloud.handle.bind(cloud);
  const calls: string[] = [];
  let killed = 0;
  const kill = ({ roleArn }: Call) => {
    const victims = versions().filter(({ config }) => config.roleArn === roleArn);
    for (const environment of victims.flatMap((version) => version.environments())) {
      environment.kill();
      killed += 1;
    }
  };
  cloud.handle = async (service: string, operation: string, input: object, context: CallContext) => {
    const call = callOf(service, operation, context);
    if (!call) return await handle(service, operation, input, context);
    const due = target?.key === call.key && !calls.includes(call.key);
    calls.push(call.key);
    if (due && target.when === 'before') {
      kill(call);
      return {};
    }
    const answer = await handle(service, operation, input, context);
    if (due) kill(call);
    return answer;
  };
  return {
    calls,
    stop: () => {
      cloud.handle = handle;
      return killed;
    },
  };
}

/** Functions call with the credentials of their own roles. */
function callOf(service: string, operation: string, { principal }: CallContext): Call | undefined {
  if (principal.kind !== 'role') return undefined;
  const { roleArn } = principal;
  const owner = scenario.sandbox.runtime.all().find(({ config }) => config.roleArn === roleArn);
  return owner ? { key: `${owner.config.name} ${service}:${operation}`, roleArn } : undefined;
}

/** Every version of every function. */
function versions() {
  const { runtime } = scenario.sandbox;
  return runtime.all().flatMap(({ config }) => runtime.versions(config.name));
}

function endProcesses(): void {
  for (const version of versions()) for (const environment of version.environments()) environment.kill();
}

/** One interruption from event to end; the world is as large and as healthy afterwards as it was before. */
async function interrupt(target?: { readonly key: string; readonly when: When }) {
  // What a warm function has cached it does not ask again.
  if (target && /(eks|ssm):/.test(target.key)) endProcesses();
  const before = (await scenario.executions()).length;
  const victim = await busiestSpot(scenario.sandbox);
  const watch = watchCalls(target);
  scenario.sandbox.world.interruptSpot(victim);
  await scenario.untilIdle();
  const killed = watch.stop();
  const executions = (await scenario.executions()).slice(before);
  expect({ target, executions }).toMatchObject({ target, executions: [{ status: 'SUCCEEDED', outcome: 'Replaced' }] });
  const { desired, inService } = await scenario.group('demo-spot');
  expect({ target, desired, inService: inService.length }).toEqual({ target, desired: 3, inService: 3 });
  expect(scenario.nodeOf(victim)).toBeUndefined();
  return { calls: watch.calls, killed };
}

/** Functions that work before anything is launched; one list, so that none is in neither half. */
export const upToTheCordon = /-(intake|assess-nodes|cordon-nodes) /;

/**
 * A Spot interruption for each read or write of AWS, whose caller's process ends before or after it takes effect: each ends the same.
 *
 * @param whose - of which functions; files share them, so that workers do
 */
export async function expectTheSameEndWhenKilled(
  when: When,
  kind: Kind,
  whose: (caller: string) => boolean = () => true,
): Promise<void> {
  const all = [...new Set((await interrupt()).calls)];
  const reads = all.filter((key) => /:(Describe|Get|BatchGet|Receive|Query)/.test(key));
  const kinds = (kind === 'read' ? reads : all.filter((key) => !reads.includes(key))).filter(whose);
  expect(kinds.length).toBeGreaterThan(6);
  const survived: string[] = [];
  for (const key of kinds) if ((await interrupt({ key, when })).killed !== 1) survived.push(key);
  // Only the end of an instance after more than a minute brings no deadline forward, so that intake reads the case that it joins.
  const ofLongDrains = /intake dynamodb:GetItem/;
  expect(survived.filter((key) => !ofLongDrains.test(key))).toEqual([]);
  expect(scenario.unready()).toEqual([]);
}
