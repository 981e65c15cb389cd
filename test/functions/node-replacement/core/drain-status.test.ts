import { describe, expect, it } from '@jest/globals';
import type { Reason, ReasonCode } from '../../../../functions/node-replacement/contract.ts';
import { isBlocker, summarise } from '../../../../functions/node-replacement/core/drain-status.ts';

const reason = (code: ReasonCode, about: string, text = ''): Reason => ({ code, about, text });
const pods = (count: number, code: ReasonCode = 'BudgetHolds', from = 0) =>
  Array.from({ length: count }, (_, index) => reason(code, `pod shop/web-${from + index}`));

describe('the reasons of a slice of a drain', () => {
  it('are each about one thing once, the newest of each', () => {
    const given = [
      reason('BudgetHolds', 'pod a', 'old'),
      reason('PodProtected', 'pod a'),
      reason('BudgetHolds', 'pod a'),
    ];
    expect(summarise(given)).toEqual([reason('BudgetHolds', 'pod a'), reason('PodProtected', 'pod a')]);
  });

  it('are all there while a report holds them', () => {
    expect(summarise(pods(25))).toEqual(pods(25));
  });

  it('end with the count of those that a report does not hold', () => {
    const given = [...pods(30), ...pods(2, 'EvictionDenied', 30)];
    const said = summarise(given);
    expect(said.slice(0, 24)).toEqual(pods(24));
    expect(said.slice(24)).toEqual([
      {
        code: 'LeftOut',
        about: 'pod shop/web-24',
        text: expect.stringMatching(/: 8 more, 6 BudgetHolds and 2 EvictionDenied$/),
      },
    ]);
    expect(said.filter(isBlocker)).toHaveLength(24);
  });

  it('tell slices apart that leave out as many', () => {
    const [one, other] = [pods(26), pods(26, 'BudgetHolds', 26)].map((given) => summarise(given).at(-1));
    expect(one).not.toEqual(other);
  });
});
