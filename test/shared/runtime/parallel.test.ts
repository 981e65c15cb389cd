import { describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../shared/runtime/parallel.ts';

/** Work on numbers that ends when it is told to. */
function aWorkshop() {
  const begun: number[] = [];
  const endings = new Map<number, { resolve: (value: number) => void; reject: (error: Error) => void }>();
  const work = (item: number) => {
    begun.push(item);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    endings.set(item, { resolve, reject });
    return promise;
  };
  return { begun, endings, work };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work in parallel', () => {
  it('keeps the order of the items, and never has more at a time than its limit', async () => {
    const { begun, endings, work } = aWorkshop();
    const all = inParallel([1, 2, 3], 2, work);
    await turn();
    expect(begun).toEqual([1, 2]);
    endings.get(2)?.resolve(20);
    await turn();
    expect(begun).toEqual([1, 2, 3]);
    endings.get(3)?.resolve(30);
    endings.get(1)?.resolve(10);
    expect(await all).toEqual([10, 20, 30]);
  });

  it('begins nothing new after the first error', async () => {
    const { begun, endings, work } = aWorkshop();
    const all = inParallel([1, 2, 3, 4], 2, work);
    await turn();
    endings.get(1)?.reject(new Error('no'));
    await expect(all).rejects.toThrow('no');
    endings.get(2)?.resolve(20);
    await turn();
    expect(begun).toEqual([1, 2]);
  });

  it('ends at once, as an error that may be tried again, when the signal says so', async () => {
    const { begun, work } = aWorkshop();
    const over = new AbortController();
    const all = inParallel([1, 2], 1, work, over.signal);
    await turn();
    over.abort();
    await expect(all).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    expect(begun).toEqual([1]);
  });

  it('does nothing for no items', async () => {
    expect(await inParallel([], 4, aWorkshop().work)).toEqual([]);
  });
});
