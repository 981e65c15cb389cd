import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dropCodes, quarantineCodes } from '../../functions/intake/contract.ts';
import { reasons } from '../../functions/node-replacement/contract.ts';

const functions = join(import.meta.dirname, '..', '..', 'functions');

/** The code of a workflow but for its contract, which only lists. */
function codeOf(workflow: string): string {
  return readdirSync(join(functions, workflow), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'contract.ts')
    .map((name) => readFileSync(join(functions, workflow, name), 'utf8'))
    .join('\n');
}

describe.each([
  ['node-replacement', reasons],
  ['intake', { ...dropCodes, ...quarantineCodes }],
])('every reason code of %s', (workflow, codes) => {
  const code = codeOf(workflow);
  it.each(Object.keys(codes))('%s is said somewhere', (name) => {
    expect(code).toContain(`'${name}'`);
  });
});
