import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { missingPlatformEntries, newerThanInstaller } from '../../tools/lockfile.ts';

const root = join(import.meta.dirname, '..', '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Parameters<typeof missingPlatformEntries>[0];
};

describe('the lockfile', () => {
  it('has an entry for every optional platform package, so that npm ci works on every platform', () => {
    expect(missingPlatformEntries(lock.packages)).toEqual({});
  });

  it('reads platform, processor and C library from the name of a missing package', () => {
    const packages = { '': { optionalDependencies: { '@x/cli-linux-x64-musl': '1.0.0' }, dev: true } };
    expect(missingPlatformEntries(packages)).toEqual({
      'node_modules/@x/cli-linux-x64-musl': {
        version: '1.0.0',
        cpu: ['x64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
    });
  });

  it('names no engine that npm would warn about on Node 20, as Node 24 comes with it', () => {
    expect(newerThanInstaller(lock.packages)).toEqual([]);
    const asked = { '>=22.19.0': true, '>= 22': true, '>=20.0.0': false, '18 || 20 || >=22': false };
    for (const [node, newer] of Object.entries(asked)) {
      expect(newerThanInstaller({ 'node_modules/x': { engines: { node } } })).toEqual(newer ? ['node_modules/x'] : []);
    }
    expect(lock.packages['node_modules/node']?.version).toMatch(/^24\./);
  });
});
