import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dropCodes, quarantineCodes } from '../../functions/intake/contract.ts';
import { workflows } from '../../functions/workflows.ts';

const root = join(import.meta.dirname, '..', '..');

/** The file and those of infra/constructs/ that it imports. */
function withConstructs(path: string): string[] {
  const imported = readFileSync(path, 'utf8').matchAll(/from '(\.\.\/constructs\/[a-z-]+\.ts)'/g);
  return [path, ...[...imported].map(([, from = '']) => join(path, '..', from))];
}

/** The code of a folder of functions/ but for its contract and reasons, which only list, and its states with what they are built of. */
function codeOf(name: string): string {
  const folder = join(root, 'functions', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'contract.ts' && path !== 'reasons.ts')
    .map((path) => join(folder, path));
  const states = join(root, 'infra', 'workflows', `${name}.ts`);
  return [...files, ...(existsSync(states) ? withConstructs(states) : [])]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

const codes: (readonly [string, Readonly<Record<string, string>>])[] = [
  ...workflows.map(({ name, reasons }) => [name, reasons] as const),
  ['intake', { ...dropCodes, ...quarantineCodes }],
];

describe.each(codes)('every reason code of %s', (name, reasons) => {
  const code = codeOf(name);
  it.each(Object.keys(reasons))('%s is said somewhere', (reason) => {
    expect(code).toContain(`'${reason}'`);
  });
});
