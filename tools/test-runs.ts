/** What jest's `--json` gives, as far as it is read here (jest CLI reference, "--json"; FormattedTestResults of @jest/test-result). */
export interface Run {
  readonly success: boolean;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  /** Its path. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
}

export interface Verdict {
  readonly passed: number;
  /** Tests that failed, and files and runs that came to no test. */
  readonly failed: number;
  readonly skipped: number;
  /** Tests that failed among the others and passed alone. */
  readonly flaky: readonly string[];
}

/** So many failed files are no accident, and are not run again. */
const mostReruns = 10;

/** Paths of the files to be run once more, alone. */
export function toRunAgain({ testResults }: Run): string[] {
  const failed = testResults.filter(hasFailed).map(({ name }) => name);
  return failed.length > mostReruns ? [] : failed;
}

/**
 * What a run came to when the failed files, run again, are taken as they were the second time.
 *
 * @param again - the run of each of those files; one that gave no result is left out
 */
export function judge(first: Run, again: readonly Run[]): Verdict {
  const second = new Map(again.flatMap(({ testResults }) => testResults.map((file) => [file.name, file] as const)));
  const files = first.testResults.map((file) => second.get(file.name) ?? file);
  const tests = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const count = (...statuses: readonly string[]) => tests.filter((status) => statuses.includes(status)).length;
  const withoutTest = files.filter((file) => hasFailed(file) && failuresOf(file).length === 0).length;
  // Jest itself failed, a global setup for instance, although no file did.
  const withoutFile = first.success || first.testResults.some(hasFailed) ? 0 : 1;
  return {
    passed: count('passed'),
    failed: count('failed') + withoutTest + withoutFile,
    skipped: count('pending', 'skipped', 'todo', 'disabled'),
    flaky: first.testResults.flatMap((file) => flakyOf(file, second.get(file.name))),
  };
}

function flakyOf(first: TestFile, second: TestFile | undefined): string[] {
  if (!second || !hasFailed(first)) return [];
  if (failuresOf(first).length === 0) return hasFailed(second) ? [] : [first.name];
  const passed = new Set(
    second.assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
  );
  return failuresOf(first).filter((name) => passed.has(name));
}

const hasFailed = ({ status }: TestFile) => status === 'failed';

function failuresOf({ assertionResults }: TestFile): string[] {
  return assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
}

/** The last lines of a run: what was flaky, if anything was, and the counts of all. */
export function lastLines(verdicts: readonly Verdict[]): string[] {
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const flaky = verdicts.flatMap((verdict) => verdict.flaky);
  return [
    `flaky: ${flaky.length}${flaky.length > 0 ? ` (${flaky.join('; ')})` : ''}`,
    `tests: ${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed, ${sum(({ skipped }) => skipped)} skipped`,
  ];
}
