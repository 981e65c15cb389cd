import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { busiestSpot } from '../../sandbox/drills/drills.ts';
import { Scenario } from './scenario.ts';

jest.setTimeout(120_000);

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

let scenario: Scenario;
let delays: Partial<Record<string, number>> = {};

beforeAll(async () => {
  // Each event comes twice, the second time a little later.
  scenario = await Scenario.start({
    disturb: (event) => {
      const delay = delays[event['detail-type']] ?? 0;
      return [delay, delay + 700];
    },
  });
});

afterAll(async () => {
  await scenario.end();
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
    await scenario.sandbox.untilIdle();
    await scenario.letPass(afterTheEnd);
    await scenario.sandbox.untilIdle();
    const executions = (await scenario.executions()).slice(before);
    expect(executions).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
    const { desired, inService } = await scenario.group('demo-spot');
    expect([desired, inService.length, inService.includes(victim)]).toEqual([3, 3, false]);
    expect(scenario.nodeOf(victim)).toBeUndefined();
    expect(scenario.unready()).toEqual([]);
  });
});
