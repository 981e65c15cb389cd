import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellsOf } from '../../../shared/config/cells.ts';
import { functionName, machineName, publicCell } from '../../../shared/config/names.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';

const id = (kind: string, digit: string) => `${kind}-0${digit.repeat(16)}`;
/** The last digits of its subnets and its security groups. */
const network = (subnets: string, groups: string) => ({
  network: {
    subnets: subnets.split('').map((digit) => id('subnet', digit)),
    'security-groups': groups.split('').map((digit) => id('sg', digit)),
  },
});
const cells = (clusters: object) => cellsOf(parseConfiguration({ clusters }).clusters);

describe('the cells of a configuration', () => {
  it('are one for all clusters with public endpoints and one for each network', () => {
    const made = cells({ a: null, b: network('1', '2'), c: null, d: network('2', '1') });
    expect(made.map(({ clusters }) => clusters)).toEqual([['a', 'c'], ['b'], ['d']]);
    expect(made[0]).toMatchObject({ name: publicCell, network: undefined });
    expect(new Set(made.map(({ name }) => name)).size).toBe(3);
  });

  it('are shared by clusters that write the same network in another order', () => {
    expect(cells({ a: network('12', '34'), b: network('21', '43') })).toMatchObject([{ clusters: ['a', 'b'] }]);
  });

  it('tell subnets from security groups', () => {
    expect(cells({ a: network('12', '3'), b: network('1', '3') })).toHaveLength(2);
  });

  it('keep their names when clusters come and go, and each cluster is in exactly one', () => {
    const digits = fc
      .uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1, maxLength: 3 })
      .map((all) => all.join(''));
    const settings = fc.oneof(
      fc.constant({}),
      fc.tuple(digits, digits).map(([a, b]) => network(a, b)),
    );
    const clusters = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), settings, { minKeys: 1 });
    fc.assert(
      fc.property(clusters, (given) => {
        const made = cells(given);
        expect(made.flatMap((cell) => cell.clusters).toSorted()).toEqual(Object.keys(given).toSorted());
        for (const [cluster, alone] of Object.entries(given)) {
          const inAll = made.find((cell) => cell.clusters.includes(cluster));
          expect(cells({ [cluster]: alone })).toMatchObject([{ name: inAll?.name, network: inAll?.network }]);
          expect(inAll?.name).toMatch(/^(public|[0-9a-f]{6})$/);
        }
      }),
    );
  });
});

describe('names', () => {
  it.each([
    [machineName('eks-steward', publicCell, 'node-replacement'), 'eks-steward-node-replacement'],
    [machineName('eks-steward', '3f9a2c', 'node-replacement'), 'eks-steward-3f9a2c-node-replacement'],
    [
      functionName('eks-steward', publicCell, 'node-replacement', 'drain-nodes'),
      'eks-steward-node-replacement-drain-nodes',
    ],
    [functionName('blue', '3f9a2c', 'node-replacement', 'drain-nodes'), 'blue-3f9a2c-node-replacement-drain-nodes'],
  ])('%s is what a person reads in the console', (name, expected) => {
    expect(name).toBe(expected);
  });
});
