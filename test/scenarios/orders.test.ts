import { describe, expect, it } from '@jest/globals';
import { busiestSpot } from '../../sandbox/drills/drills.ts';
import { expectSpotGroup, scenario, useOneScenario } from './use-scenario.ts';

const kinds = {
  rebalance: 'EC2 Instance Rebalance Recommendation',
  warning: 'EC2 Spot Instance Interruption Warning',
  end: 'EC2 Instance State-change Notification',
} as const;
type Kind = keyof typeof kinds;

const orders: readonly (readonly Kind[])[] = [
  ['rebalance', 'warning', 'end'],
  ['warning', 'rebalance', 'end'],
  ['rebalance', 'end', 'warning'],
  ['warning', 'end', 'rebalance'],
  ['end', 'rebalance', 'warning'],
  ['end', 'warning', 'rebalance'],
];

/** Later than EC2 takes the instance away. Milliseconds. */
const afterTheEnd = 180_000;

let delays: Partial<Record<string, number>> = {};

// Each event comes twice, the second time a little later.
useOneScenario({
  disturb: (event) => {
    const delay = delays[event['detail-type']] ?? 0;
    return [delay, delay + 700];
  },
});

function delaysOf(order: readonly Kind[]): Partial<Record<string, number>> {
  const end = order.indexOf('end');
  return Object.fromEntries(
    order
      .filter((kind) => kind !== 'end')
      .map((kind, index) => [kinds[kind], index * 3_000 + (order.indexOf(kind) > end ? afterTheEnd : 0)]),
  );
}

describe('a recommendation, a warning and the end of an instance, each of them twice,', () => {
  it.each(orders)('are one drain and one end when they come as %s, %s, %s', async (...order) => {
    delays = delaysOf(order);
    const before = (await scenario.executions()).length;
    const victim = await busiestSpot(scenario.sandbox);
    scenario.sandbox.world.recommendRebalance(victim);
    scenario.sandbox.world.interruptSpot(victim);
    await scenario.untilIdle();
    await scenario.letPass(afterTheEnd);
    await scenario.untilIdle();
    const executions = (await scenario.executions()).slice(before);
    expect(executions).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
    expect(await expectSpotGroup(3)).not.toContain(victim);
    expect(scenario.nodeOf(victim)).toBeUndefined();
    expect(scenario.unready()).toEqual([]);
  });
});
