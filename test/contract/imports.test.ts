import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

/** Who may import whom, room by room: each pattern of a file, and the files that it may import. First match counts. */
const rules: readonly (readonly [room: RegExp, may: RegExp])[] = [
  [/^functions\/([^/]+)\/core\//, /^(functions\/SELF\/(contract\.ts|core\/)|shared\/domain\/)/],
  [/^functions\/([^/]+)\//, /^(functions\/SELF\/|shared\/)/],
  [/^infra\//, /^(infra\/|functions\/[^/]+\/contract\.ts$|shared\/(config|domain)\/|shared\/errors\.ts$)/],
  [/^sandbox\//, /^sandbox\//],
  [/^shared\/domain\//, /^shared\/domain\//],
  [/^shared\//, /^shared\//],
];

function files(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return files(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(path: string): string[] {
  const source = readFileSync(join(root, path), 'utf8');
  return [...source.matchAll(/^(?:import|export)[^;]*? from '(\.[^']+)'/gms)].map(([, specifier]) =>
    relative(root, normalize(join(root, dirname(path), specifier ?? ''))),
  );
}

function allowed(path: string, target: string): boolean {
  const rule = rules.find(([room]) => room.test(path));
  const self = rule?.[0].exec(path)?.[1] ?? '';
  return !rule || new RegExp(rule[1].source.replaceAll('SELF', self)).test(target);
}

describe('imports between rooms', () => {
  it.each(['functions', 'infra', 'shared', 'sandbox'])('%s imports only what it may', (folder) => {
    const broken = files(folder).flatMap((path) =>
      importsOf(path)
        .filter((target) => !allowed(path, target))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('keeps clocks, environment and packages out of the cores', () => {
    const cores = files('functions').filter((path) => path.includes('/core/'));
    expect(cores.length).toBeGreaterThan(0);
    for (const path of cores) {
      const source = readFileSync(join(root, path), 'utf8');
      expect([path, source.match(/Date\.now\(|new Date\(\)|process\.|Math\.random/)]).toEqual([path, null]);
      const packages = [...source.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name);
      expect([path, packages.filter((name) => name !== 'zod' && name !== 'node:crypto')]).toEqual([path, []]);
    }
  });
});
