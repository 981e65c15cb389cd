import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { brokenImports, circles, rooms, sources } from '../../tools/imports.ts';

const root = join(import.meta.dirname, '..', '..');

describe('imports between rooms', () => {
  it.each(rooms)('%s imports only what it may', (room) => {
    expect(brokenImports(room)).toEqual([]);
  });

  it('go round in no circle', () => {
    expect(circles()).toEqual([]);
  });

  it('keep clocks, environment and packages out of the cores', () => {
    const cores = sources('functions').filter((path) => path.includes('/core/'));
    expect(cores.length).toBeGreaterThan(0);
    for (const path of cores) {
      const source = readFileSync(join(root, path), 'utf8');
      expect([path, source.match(/Date\.now\(|new Date\(\)|process\.|Math\.random/)]).toEqual([path, null]);
      const packages = [...source.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name);
      expect([path, packages.filter((name) => name !== 'zod' && name !== 'node:crypto')]).toEqual([path, []]);
    }
  });
});
