import { describe, expect, it } from '@jest/globals';
import { closeAll, openAll, type Part, part } from '../../sandbox/part.ts';

/** Parts that write down what is done to them. */
function recorded(names: readonly string[], fails: readonly string[] = []) {
  const done: string[] = [];
  const does = (what: string) => () => {
    done.push(what);
    if (fails.includes(what)) throw new Error(what);
  };
  const parts: Part[] = names.map((name) => part([], { open: does(`open ${name}`), close: does(`close ${name}`) }));
  return { parts, done };
}

describe('the parts of the sandbox', () => {
  it('are opened in order and closed in reverse', async () => {
    const { parts, done } = recorded(['a', 'b']);
    await openAll(parts);
    await closeAll(parts);
    expect(done).toEqual(['open a', 'open b', 'close b', 'close a']);
  });

  it('are all closed when one cannot be opened, whose error is thrown', async () => {
    const { parts, done } = recorded(['a', 'b', 'c'], ['open b', 'close b']);
    await expect(openAll(parts)).rejects.toThrow('open b');
    expect(done).toEqual(['open a', 'open b', 'close c', 'close b', 'close a']);
  });

  it('are all closed when one of them cannot be', async () => {
    const { parts, done } = recorded(['a', 'b'], ['close b']);
    await expect(closeAll(parts)).rejects.toThrow('close b');
    expect(done).toEqual(['close b', 'close a']);
  });
});
