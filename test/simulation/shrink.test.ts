import { describe, expect, it } from '@jest/globals';
import type { Act } from '../../sandbox/histories/contract.ts';
import { shrink } from './shrink.ts';

const acts: Act[] = Array.from({ length: 20 }, (_, at) => ({ at, does: 'interrupt', which: 0, how: 0 }));
const troubles = Array.from({ length: 30 }, (_, number) => `trouble ${number}`);

/** What is left of a history that fails when these acts and troubles are there; and how often it was tried. */
async function left(needed: { readonly acts: readonly number[]; readonly troubles: readonly string[] }, most = 500) {
  let tried = 0;
  const part = await shrink(
    acts,
    troubles,
    async (given) => {
      tried += 1;
      return (
        needed.acts.every((at) => given.acts.some((act) => act.at === at)) &&
        needed.troubles.every((name) => given.troubles?.includes(name))
      );
    },
    most,
  );
  return { acts: part.acts.map(({ at }) => at), troubles: part.troubles, tried };
}

describe('a history that fails', () => {
  it('is left with the acts and troubles that it needs to fail, in their order', async () => {
    expect(await left({ acts: [3, 17], troubles: ['trouble 0', 'trouble 29'] })).toMatchObject({
      acts: [3, 17],
      troubles: ['trouble 0', 'trouble 29'],
    });
  });

  it('is left with nothing when the world alone makes it fail, after two tries', async () => {
    expect(await left({ acts: [], troubles: [] })).toEqual({ acts: [], troubles: [], tried: 2 });
  });

  it('is left with everything when all of it is needed', async () => {
    const needed = { acts: acts.map(({ at }) => at), troubles };
    expect(await left(needed)).toMatchObject(needed);
  });

  it('still fails when the tries are used up before it is small', async () => {
    const { acts: kept, tried } = await left({ acts: [5], troubles: ['trouble 7'] }, 12);
    expect(kept).toContain(5);
    expect(tried).toBeLessThanOrEqual(13);
  });
});
