import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { judge, lastLines, type Run, toRunAgain } from './test-runs.ts';

/** Runs npm scripts that are jest, each failed file once more and alone, and prints the counts. Fails when a file fails twice. */

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'test-runs-'));
const nothing: Run = { success: false, testResults: [] };
let runs = 0;

function run(script: string, ...more: readonly string[]): Run {
  runs += 1;
  const outputFile = join(folder, `${runs}.json`);
  const flags = ['--json', `--outputFile=${outputFile}`, ...more];
  const { status } = spawnSync('npm', ['run', script, '--', ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const found = JSON.parse(readFileSync(outputFile, 'utf8')) as Run;
    return { ...found, success: found.success && status === 0 };
  } catch {
    return nothing;
  }
}

function runTwice(script: string) {
  const first = run(script);
  const again = toRunAgain(first).map((file) => {
    console.error(`\n${relative(root, file)} failed, and is run once more, alone`);
    return run(script, '--runInBand', '--runTestsByPath', file);
  });
  return judge(first, again);
}

const verdicts = process.argv.slice(2).map(runTwice);
for (const line of lastLines(verdicts)) console.log(line);
process.exitCode = verdicts.some(({ failed, passed }) => failed > 0 || passed === 0) ? 1 : 0;
