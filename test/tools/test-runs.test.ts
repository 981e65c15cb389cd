import { describe, expect, it } from '@jest/globals';
import { judge, lastLines, type Run, toRunAgain } from '../../tools/test-runs.ts';

type Status = 'passed' | 'failed' | 'pending' | 'todo';

/** A file of tests by their names; one without tests could not be loaded. */
function file(name: string, tests: Readonly<Record<string, Status>>): Run['testResults'][number] {
  const assertionResults = Object.entries(tests).map(([fullName, status]) => ({ fullName, status }));
  const failed = assertionResults.length === 0 || assertionResults.some(({ status }) => status === 'failed');
  return { name, status: failed ? 'failed' : 'passed', assertionResults };
}

const run = (...testResults: Run['testResults']): Run => ({
  success: testResults.every(({ status }) => status === 'passed'),
  testResults,
});

const good = file('good.test.ts', { works: 'passed', later: 'todo', never: 'pending' });

describe('a run of tests', () => {
  it('that passes is counted as it is', () => {
    const first = run(good, file('other.test.ts', { a: 'passed' }));
    expect(toRunAgain(first)).toEqual([]);
    expect(judge(first, [])).toEqual({ passed: 2, failed: 0, skipped: 2, flaky: [] });
  });

  it('has every failed file run again, and those that could not be loaded', () => {
    const first = run(good, file('bad.test.ts', { a: 'failed', b: 'passed' }), file('broken.test.ts', {}));
    expect(toRunAgain(first)).toEqual(['bad.test.ts', 'broken.test.ts']);
  });

  it('counts a test that passes alone as passed, and names it as flaky', () => {
    const first = run(good, file('bad.test.ts', { a: 'failed', b: 'passed' }));
    const again = [run(file('bad.test.ts', { a: 'passed', b: 'passed' }))];
    expect(judge(first, again)).toEqual({ passed: 3, failed: 0, skipped: 2, flaky: ['a'] });
  });

  it('fails by a test that fails again, whatever else of its file was flaky', () => {
    const first = run(file('bad.test.ts', { a: 'failed', b: 'failed' }));
    const again = [run(file('bad.test.ts', { a: 'failed', b: 'passed' }))];
    expect(judge(first, again)).toEqual({ passed: 1, failed: 1, skipped: 0, flaky: ['b'] });
  });

  it('fails by a test that passed among the others and fails alone', () => {
    const first = run(file('bad.test.ts', { a: 'failed', b: 'passed' }));
    const again = [run(file('bad.test.ts', { a: 'passed', b: 'failed' }))];
    expect(judge(first, again)).toEqual({ passed: 1, failed: 1, skipped: 0, flaky: ['a'] });
  });

  it('names a file that could be loaded only the second time, and counts one that never could', () => {
    const first = run(file('slow.test.ts', {}), file('broken.test.ts', {}));
    const again = [run(file('slow.test.ts', { a: 'passed' })), run(file('broken.test.ts', {}))];
    expect(judge(first, again)).toEqual({ passed: 1, failed: 1, skipped: 0, flaky: ['slow.test.ts'] });
  });

  it('takes a file as it was when running it again gave no result', () => {
    const first = run(file('bad.test.ts', { a: 'failed' }));
    expect(judge(first, [{ success: false, testResults: [] }])).toMatchObject({ failed: 1, flaky: [] });
  });

  it('fails when jest itself did, although no file failed', () => {
    expect(judge({ success: false, testResults: [good] }, [])).toMatchObject({ passed: 1, failed: 1 });
    expect(judge({ success: false, testResults: [] }, [])).toMatchObject({ passed: 0, failed: 1 });
  });

  it('is not repeated when more than ten files fail', () => {
    const files = Array.from({ length: 11 }, (_, index) => file(`${index}.test.ts`, { a: 'failed' }));
    expect(toRunAgain(run(...files.slice(1)))).toHaveLength(10);
    expect(toRunAgain(run(...files))).toEqual([]);
  });

  it('ends with what was flaky and with the counts of all runs', () => {
    const one = { passed: 3, failed: 0, skipped: 2, flaky: ['a', 'b'] };
    expect(lastLines([one, { passed: 4, failed: 1, skipped: 0, flaky: [] }])).toEqual([
      'flaky: 2 (a; b)',
      'tests: 7 passed, 1 failed, 2 skipped',
    ]);
    expect(lastLines([{ ...one, flaky: [] }])[0]).toBe('flaky: 0');
  });
});
