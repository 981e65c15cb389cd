import type { Act, Part } from '../../sandbox/histories/contract.ts';

/** Does a part of a history still fail in the same way? */
type Fails = (part: Part) => Promise<boolean>;

/**
 * The smallest list that still fails which leaving out ever smaller pieces finds (delta debugging; Zeller and Hildebrandt 2002, "Simplifying and
 * isolating failure-inducing input"). None of its items can be left out alone.
 *
 * @param left how often it may be tried; what it has found by then is given
 */
async function smallest<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
  tries: { left: number },
): Promise<readonly Item[]> {
  if (items.length === 0) return items;
  tries.left -= 1;
  if (await fails([])) return [];
  let kept = items;
  let pieces = 2;
  while (kept.length > 0 && tries.left > 0) {
    const size = Math.ceil(kept.length / pieces);
    let shorter: readonly Item[] | undefined;
    for (let from = 0; from < kept.length && !shorter && tries.left > 0; from += size) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      tries.left -= 1;
      if (await fails(without)) shorter = without;
    }
    if (shorter) {
      kept = shorter;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) break;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  return kept;
}

/** The acts and troubles of a history that it needs to fail. Troubles first: most have nothing to do with it. */
export async function shrink(
  acts: readonly Act[],
  troubles: readonly string[],
  fails: Fails,
  most: number,
): Promise<Part> {
  const tries = { left: most };
  const trouble = await smallest(troubles, async (left) => await fails({ acts, troubles: left }), tries);
  const act = await smallest(acts, async (left) => await fails({ acts: left, troubles: trouble }), tries);
  return { acts: act, troubles: trouble };
}
