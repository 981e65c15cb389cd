import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sources } from '../../tools/imports.ts';

const root = join(import.meta.dirname, '..', '..');

/** The files of test/ that may do with real time what the others may not, and why. */
const mayUseRealTime: Readonly<Record<string, string>> = {
  'test/bench/latency.ts': 'measures',
  'test/bench/main.ts': 'measures',
  'test/bench/plain-drain.ts': 'measures',
  'test/bench/storm.ts': 'measures',
  'test/cluster/admin-client.ts': 'a real control plane goes with the wall clock',
  'test/cluster/binaries.ts': 'tells a person how long a build has taken',
  'test/cluster/control-plane.ts': 'a real control plane goes with the wall clock',
  'test/cluster/interruptions.test.ts': 'a real control plane goes with the wall clock',
  'test/cluster/real-scenario.ts': 'a real control plane goes with the wall clock',
  'test/simulation/main.ts': 'tells a person how many histories it plays a second',
};

/** Those that may have a sandbox's clock that is not held. */
const mayMakeClocks: Readonly<Record<string, string>> = {
  'test/bench/main.ts': 'measures how long booting takes',
  'test/sandbox/aws/client-tokens.test.ts': 'asks a sandbox only what operations it has',
  'test/sandbox/boot.test.ts': 'boots sandboxes that cannot boot',
  'test/sandbox/console/run-states.test.ts': 'makes a clock that it moves by hand',
  'test/sandbox/held-clock.ts': 'holds it',
  'test/sandbox/template/boot-stack.ts': 'holds it',
  'test/scenarios/scenario.ts': 'holds it',
};

const held = 'time passes by letPass, goUntil or until of the lab, and stands still otherwise';
const realTime = {
  'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'performance'],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now' },
    { object: 'process', property: 'hrtime' },
    { object: 'jest', property: 'useFakeTimers' },
    { object: 'globalThis', property: 'setTimeout' },
    { object: 'globalThis', property: 'setInterval' },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'node:timers', importNames: ['setTimeout', 'setInterval'] },
        { name: 'node:timers/promises', importNames: ['setTimeout', 'setInterval', 'scheduler'] },
        { name: 'node:perf_hooks' },
      ],
    },
  ],
};
const clocks = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { group: ['**/sandbox/clock.ts'], allowTypeImports: true, message: held },
        { group: ['**/sandbox/sandbox.ts'], importNames: ['bootSandbox'], message: held },
      ],
    },
  ],
};

/** The files below some path where oxlint finds a breach of these rules, each once. */
function breaches(rules: object, path = 'test'): string[] {
  const config = join(mkdtempSync(join(tmpdir(), 'oxlint-')), 'config.json');
  writeFileSync(config, JSON.stringify({ plugins: [], categories: { correctness: 'off' }, rules }));
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['-c', config, '-f', 'json', path], {
    cwd: root,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string }[] };
  return [...new Set(diagnostics.map(({ filename }) => relative(root, join(root, filename))))].toSorted();
}

describe('tests', () => {
  it('read no wall clock and wait for no real time', () => {
    expect(breaches(realTime)).toEqual(Object.keys(mayUseRealTime));
    const now = sources('test').filter((path) => readFileSync(join(root, path), 'utf8').includes(`new ${'Date()'}`));
    // In the source of a function, whose Date is the sandbox's.
    expect(now).toEqual(['test/sandbox/services/lambda/virtual-time.test.ts']);
  });

  it('have no clock that may overtake them while they look', () => {
    expect(breaches(clocks)).toEqual(Object.keys(mayMakeClocks));
  });

  it('switch neither of these rules off', () => {
    const off = sources('test').filter((path) =>
      /(oxlint|eslint)-disable/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(off).toEqual([]);
  });
});
