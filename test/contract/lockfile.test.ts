import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { missingPlatformEntries } from '../../tools/lockfile.ts';

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
});
