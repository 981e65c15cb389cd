import { spotInstances } from '../../sandbox/drills/drills.ts';
import type { Scenario } from '../scenarios/scenario.ts';

/** How a cell's run has to end: see `stated-ends.ts`. */
export type Urgency = 'forced' | 'voluntary' | 'reading' | 'refusing';

/** A run of the product from its start until all work has ended. */
export interface Play {
  readonly does: string;
  readonly urgency: Urgency;
  /** Somebody else ends the instance: what becomes of its pods is not ours. */
  readonly taken?: true | undefined;
  /** @param instance a running instance of the group `demo-spot` whose node no pod has to be forced off */
  play(scenario: Scenario, instance: string): Promise<void>;
}

const noCapacity = { code: 'InsufficientInstanceCapacity', message: 'no capacity' };

/** Does something once, so many milliseconds after a run has entered a state. */
export function when(
  scenario: Scenario,
  state: string,
  after: number,
  act: (executionArn: string) => Promise<unknown>,
): void {
  let done = false;
  scenario.sandbox.states.onTransition(({ arn, status }, { type, stateEnteredEventDetails }) => {
    const enters = type?.endsWith('StateEntered') && stateEnteredEventDetails?.name === state;
    if (done || status !== 'RUNNING' || !enters) return;
    done = true;
    scenario.sandbox.clock.after(after, () => void act(arn));
  });
}

async function ask(scenario: Scenario, instance: string, dryRun = false): Promise<void> {
  const node = scenario.nodeOf(instance)?.metadata.name ?? '';
  await scenario.run({ cluster: 'demo', nodes: [node], dryRun });
  await scenario.untilIdle();
}

/** When the pods have been evicted, and none has ended yet: they take three seconds or more to stop. Milliseconds. */
const evicted = 2_000;

/** How many messages the play of that name sends. */
export const misunderstood = 50;

/** Every run under which calls are made, by its name in the table. In a table's cell the first voluntary one counts that makes the call. */
export const plays = {
  interruption: {
    does: 'EC2 takes a Spot instance away in two minutes',
    urgency: 'forced',
    async play(scenario, instance) {
      scenario.sandbox.world.interruptSpot(instance);
      await scenario.untilIdle();
    },
  },
  recommendation: {
    does: 'a Spot instance is at risk: its node is replaced',
    urgency: 'voluntary',
    async play(scenario, instance) {
      scenario.sandbox.world.recommendRebalance(instance);
      await scenario.untilIdle();
    },
  },
  unlaunched: {
    does: 'a person has a node replaced whose group cannot launch: rolled back',
    urgency: 'voluntary',
    async play(scenario, instance) {
      scenario.sandbox.world.failLaunches('demo-spot', noCapacity);
      await ask(scenario, instance);
    },
  },
  paused: {
    does: 'a person has a node replaced and pauses eks-steward when the new node has joined: it is taken back',
    urgency: 'voluntary',
    async play(scenario, instance) {
      const pause = { Name: '/eks-steward/paused', Value: 'incident 42', Overwrite: true };
      const stop = scenario.cluster.store.subscribe(({ type, resource }) => {
        if (type !== 'ADDED' || resource !== 'nodes') return;
        stop();
        void scenario.call('ssm', 'PutParameter', pause);
      });
      await ask(scenario, instance);
    },
  },
  stopped: {
    does: 'a recommendation whose execution somebody stops while the new instance starts: another one puts back what it changed',
    urgency: 'voluntary',
    async play(scenario, instance) {
      when(scenario, 'Wait for the replacements', 1_000, (executionArn) =>
        scenario.call('states', 'StopExecution', { executionArn }),
      );
      scenario.sandbox.world.recommendRebalance(instance);
      await scenario.untilIdle();
    },
  },
  lost: {
    does: 'a person has a node replaced whose instance somebody ends while the group cannot launch',
    urgency: 'voluntary',
    taken: true,
    async play(scenario, instance) {
      when(scenario, 'Drain nodes', evicted, async () => {
        scenario.sandbox.world.failLaunches('demo-spot', noCapacity);
        await scenario.call('ec2', 'TerminateInstances', { InstanceIds: [instance] });
      });
      await ask(scenario, instance);
    },
  },
  'dry run': {
    does: 'a person asks for the plan',
    urgency: 'reading',
    play: async (scenario, instance) => await ask(scenario, instance, true),
  },
  check: {
    does: 'a person has a cluster checked',
    urgency: 'reading',
    async play(scenario) {
      await scenario.run({ cluster: 'demo' }, undefined, 'check');
      await scenario.untilIdle();
    },
  },
  misunderstood: {
    does: 'warnings come whose instance is none, more than are handed over at once',
    urgency: 'refusing',
    async play(scenario) {
      await scenario.putEvents(...Array.from({ length: misunderstood }, () => scenario.warning('nonsense')));
      await scenario.untilIdle();
    },
  },
} as const satisfies Readonly<Record<string, Play>>;

export type PlayName = keyof typeof plays;
export const playNames = Object.keys(plays) as readonly PlayName[];

/** The busiest Spot instance is interrupted; a voluntary run takes one whose pods all may leave. */
export async function instanceFor({ urgency }: Play, scenario: Scenario): Promise<string> {
  if (urgency === 'forced') return scenario.spot;
  const all = await spotInstances(scenario.sandbox);
  const held = (instance: string) =>
    scenario
      .podsOn(scenario.nodeOf(instance)?.metadata.name ?? '')
      .some((pod) => pod.startsWith('shop/license-server'));
  const found = all.find((instance) => !held(instance));
  if (found === undefined) throw new Error('every Spot instance has a pod that its budget holds for ever');
  return found;
}
