import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HeldClock } from './held-clock.ts';

let clock: HeldClock;
let rang: number[];

beforeEach(() => {
  clock = new HeldClock(0);
  rang = [];
  for (const at of [0, 100, 200, 1_000]) clock.after(at, () => rang.push(at));
});
afterEach(() => clock.close());

/** Many times as long as the clock waits before it skips. */
const aWhile = async () => await promisify(execFile)(process.execPath, ['--eval', '0']);

describe('the time of a test', () => {
  it('stands still while the test looks and acts, however long that takes', async () => {
    await aWhile();
    expect([clock.now(), rang]).toEqual([0, []]);
    await clock.letPass(100);
    await aWhile();
    expect([clock.now(), rang]).toEqual([100, [0, 100]]);
  });

  it('passes while work is under way, and stands still when it has ended or failed', async () => {
    await clock.during(async () => await clock.sleep(200));
    await aWhile();
    expect([clock.now(), rang]).toEqual([200, [0, 100, 200]]);
    const failing = clock.during(async () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    await aWhile();
    expect(clock.now()).toBe(200);
  });

  it('passes as long as one of two who let it has not ended', async () => {
    const [long, short] = [clock.letPass(1_000), clock.letPass(100)];
    await short;
    await long;
    await aWhile();
    expect([clock.now(), rang.at(-1)]).toEqual([1_000, 1_000]);
  });

  it('stands still in the very moment in which what was awaited holds', async () => {
    await clock.goUntil(() => rang.includes(100));
    expect(clock.now()).toBe(100);
  });

  it('passes step by step until something holds, and names what never comes', async () => {
    await clock.until('the bell', async () => rang.includes(200), { every: 150 });
    expect(clock.now()).toBe(300);
    await expect(clock.until('the end', () => false, { within: 500 })).rejects.toThrow(
      'it never came to this: the end',
    );
    expect(clock.now()).toBe(800);
  });
});
