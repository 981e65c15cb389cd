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
  let kept = await lastOf(items, fails, tries);
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

/** What makes a history fail is mostly what happened last: none of it, the last one, the last two, four and so on, until it fails. */
async function lastOf<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
  tries: { left: number },
): Promise<readonly Item[]> {
  for (let count = 0; count < items.length && tries.left > 0; count = Math.max(1, count * 2)) {
    tries.left -= 1;
    const last = items.slice(items.length - count);
    if (await fails(last)) return last;
  }
  return items;
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
