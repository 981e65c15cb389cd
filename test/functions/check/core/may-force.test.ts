import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayForce } from '../../../../functions/check/core/may-force.ts';
import { causes } from '../../../../functions/node-replacement/causes.ts';
import { resolvePolicy } from '../../../../functions/node-replacement/core/policy.ts';
import { parseClusterSettings } from '../../../../shared/config/parse.ts';

const policyOf = (given: object) => parseClusterSettings({ 'node-replacement': given })['node-replacement'];
const never = { 'spot-interruption': { 'force-delete': false }, 'instance-stopping': { 'force-delete': false } };

describe('policy may force delete a pod somewhere in the cluster', () => {
  it('by default, since interruptions force', () => {
    expect(mayForce(policyOf({}))).toBe(true);
  });

  it('but not where no cause does', () => {
    expect(mayForce(policyOf(never))).toBe(false);
  });

  it.each([
    ['an interruption', { 'instance-stopping': { 'force-delete': true } }],
    ["a person's drain that does not end in time", { manual: { 'on-timeout': 'force-delete' } }],
    ['a rebalance that does not end in time', { 'rebalance-recommendation': { 'on-timeout': 'force-delete' } }],
    ['one group', { 'node-groups': [{ match: 'spot-*', 'spot-interruption': { 'force-delete': true } }] }],
    [
      'a later override of a group',
      { 'node-groups': [{ match: 'a' }, { match: 'b', manual: { 'on-timeout': 'force-delete' } }] },
    ],
  ])('when %s does', (_, given) => {
    expect(mayForce(policyOf({ ...never, ...given }))).toBe(true);
  });

  it('wherever node-replacement would, for any cause and any group', () => {
    const forced = fc.record({ 'force-delete': fc.boolean() }, { requiredKeys: [] });
    const voluntary = fc.record({ 'on-timeout': fc.constantFrom('roll-back', 'force-delete') }, { requiredKeys: [] });
    const part = fc.record(
      {
        'spot-interruption': forced,
        'instance-stopping': forced,
        'rebalance-recommendation': voluntary,
        manual: voluntary,
      },
      { requiredKeys: [] },
    );
    const override = fc.tuple(fc.constantFrom('a', 'b', '*'), part).map(([match, rest]) => ({ match, ...rest }));
    fc.assert(
      fc.property(part, fc.array(override, { maxLength: 3 }), (base, groups) => {
        const policy = policyOf({ ...base, 'node-groups': groups });
        const forces = causes.some((cause) =>
          ['a', 'b', 'c', null].some((group) => resolvePolicy(policy, cause, group).forceDelete),
        );
        expect(mayForce(policy) || !forces).toBe(true);
      }),
    );
  });
});
