import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyMemory } from '../../../../functions/node-replacement/core/drain-memory.ts';
import { type NodeDrain, planRound } from '../../../../functions/node-replacement/core/plan-round.ts';
import type { BudgetFacts } from '../../../../shared/domain/budget.ts';
import type { PodFacts } from '../../../../shared/domain/pod.ts';
import { aBudget } from '../../../builders/a-budget.ts';
import { aPod } from '../../../builders/a-pod.ts';

/** Pods end only when their whole grace period is over: the worst that can happen. Times in milliseconds. */
interface World {
  now: number;
  pods: PodFacts[];
  budgets: BudgetFacts[];
}

interface Asked {
  readonly pod: PodFacts;
  readonly at: number;
  readonly grace: number;
}

const drainBy = 108_000;
const node: NodeDrain = { drainBy, forceDelete: true, interrupted: true, unmanagedPods: 'evict' };
const nodes = new Map([['node-a', node]]);

const pod = fc.record({
  app: fc.constantFrom('a', 'b', 'c'),
  gracePeriodSeconds: fc.oneof(fc.constantFrom(0, 1, 30), fc.integer({ min: 0, max: 900 })),
  ready: fc.boolean(),
  phase: fc.constantFrom('Running', 'Running', 'Running', 'Pending', 'Succeeded'),
  critical: fc.boolean(),
  controllerKind: fc.constantFrom('ReplicaSet', 'StatefulSet', 'Job', undefined),
  protectedPod: fc.boolean(),
});
const budget = fc.record({
  app: fc.constantFrom('a', 'b', 'c', '*'),
  disruptionsAllowed: fc.integer({ min: 0, max: 2 }),
  observed: fc.boolean(),
  refillsEvery: fc.integer({ min: 0, max: 5 }),
});

function worldOf(
  pods: readonly (typeof pod extends fc.Arbitrary<infer T> ? T : never)[],
  budgets: readonly (typeof budget extends fc.Arbitrary<infer T> ? T : never)[],
): World {
  return {
    now: 0,
    pods: pods.map(({ app, protectedPod, ...rest }, index) =>
      aPod({
        ...rest,
        name: `pod-${index}`,
        uid: `uid-${index}`,
        labels: { app },
        annotations: protectedPod ? { 'karpenter.sh/do-not-disrupt': 'true' } : {},
      }),
    ),
    budgets: budgets.map(({ app, disruptionsAllowed, observed }, index) =>
      aBudget({
        name: `budget-${index}`,
        selector: app === '*' ? {} : { matchLabels: { app } },
        disruptionsAllowed,
        observed,
      }),
    ),
  };
}

/** Plays rounds until the deadline, looking again when the plan says so and at least every five seconds. */
function play(world: World): Asked[] {
  const asked: Asked[] = [];
  for (let round = 0; round < 1_000 && world.now < drainBy; round++) {
    const plan = planRound({ ...world, nodes, memory: emptyMemory, protectedNamespaces: [] });
    for (const step of plan.steps) {
      const grace = step.gracePeriodSeconds ?? step.pod.gracePeriodSeconds;
      asked.push({ pod: step.pod, at: world.now, grace });
      const ends = world.now + grace * 1_000;
      world.pods = world.pods.map((other) =>
        other.uid === step.pod.uid ? { ...other, deletionDeadline: ends } : other,
      );
    }
    const next = Math.min(plan.changesAt ?? drainBy, world.now + 5_000);
    world.now = Math.max(next, world.now + 1);
    world.pods = world.pods.filter(
      ({ deletionDeadline }) => deletionDeadline === undefined || deletionDeadline > world.now,
    );
  }
  world.now = drainBy;
  world.pods = world.pods.filter(
    ({ deletionDeadline }) => deletionDeadline === undefined || deletionDeadline > world.now,
  );
  return asked;
}

const worlds = fc.tuple(fc.array(pod, { maxLength: 12 }), fc.array(budget, { maxLength: 4 }));

describe('a drain against a deadline, whatever the pods, grace periods and budgets', () => {
  it('leaves no pod running at the deadline', () => {
    fc.assert(
      fc.property(worlds, ([pods, budgets]) => {
        const world = worldOf(pods, budgets);
        play(world);
        expect(world.pods).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never gives less grace than the smaller of the own period and the time left, and never 0', () => {
    fc.assert(
      fc.property(worlds, ([pods, budgets]) => {
        for (const { pod: asked, at, grace } of play(worldOf(pods, budgets))) {
          expect(grace).toBeGreaterThanOrEqual(
            Math.max(1, Math.min(asked.gracePeriodSeconds, Math.floor((drainBy - at) / 1_000))),
          );
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('asks each pod once', () => {
    fc.assert(
      fc.property(worlds, ([pods, budgets]) => {
        const asked = play(worldOf(pods, budgets)).map(({ pod: { uid } }) => uid);
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never evicts more pods of a budget in one round than it allows', () => {
    fc.assert(
      fc.property(worlds, ([pods, budgets]) => {
        const world = worldOf(pods, budgets);
        const plan = planRound({ ...world, nodes, memory: emptyMemory, protectedNamespaces: [] });
        for (const { name, disruptionsAllowed } of world.budgets) {
          const counted = plan.steps.filter(
            (step) =>
              step.action === 'Evict' && step.budget?.name === name && step.pod.ready && step.pod.phase === 'Running',
          );
          expect(counted.length).toBeLessThanOrEqual(disruptionsAllowed);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('plans the same whatever the order in which the API lists pods and budgets', () => {
    fc.assert(
      fc.property(worlds, fc.infiniteStream(fc.integer()), ([pods, budgets], random) => {
        const world = worldOf(pods, budgets);
        const shuffled = world.pods
          .map((entry) => ({ entry, key: random.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ entry }) => entry);
        const plan = (list: PodFacts[]) =>
          planRound({ ...world, pods: list, nodes, memory: emptyMemory, protectedNamespaces: [] }).steps.map(
            ({ pod: { uid }, action }) => `${action} ${uid}`,
          );
        expect(plan(shuffled)).toEqual(plan(world.pods));
      }),
      { numRuns: 500 },
    );
  });
});
