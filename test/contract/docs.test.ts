import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { contract, executionInput } from '../../functions/node-replacement/contract.ts';
import { synthesize } from '../../sandbox/synth.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { regenerate } from '../../tools/generated-docs.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];
/** What the state machine gives at its end: `result` in infra/workflows/node-replacement-states.ts. */
const executionOutput = contract.assessNodes.output
  .pick({ cluster: true, subject: true, why: true, outcome: true, reasons: true, plan: true })
  .extend({ workflow: z.literal('node-replacement') });
const text = (page: string) => readFileSync(join(root, page), 'utf8');

describe('the documentation', () => {
  it.each(pages)('%s has the tables that its sources give; npm run docs writes them', async (page) => {
    const { template } = await synthesize(root);
    expect(regenerate(text(page), template)).toBe(text(page));
  });

  it.each(pages)('%s links to files that are there', (page) => {
    const links = [...text(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path ?? '');
    const broken = links.filter((path) => !existsSync(join(root, dirname(page), path)));
    expect(broken).toEqual([]);
  });

  it('has only examples of steward.yaml that the schema takes', () => {
    const examples = pages.flatMap((page) =>
      [...text(page).matchAll(/```yaml\n(# steward\.yaml\n[\s\S]*?)```/g)].map(([, example]) => example ?? ''),
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(() => parseConfiguration(parse(example))).not.toThrow();
  });

  it('has only examples of execution input and output that the workflow takes and gives', () => {
    const examples = pages.flatMap((page) =>
      [...text(page).matchAll(/```json\n(\{[\s\S]*?\})\n```/g)].map(
        ([, example]) => JSON.parse(example ?? '') as object,
      ),
    );
    const outputs = examples.filter((example) => 'outcome' in example);
    const inputs = examples.filter((example) => !('outcome' in example));
    expect(Math.min(outputs.length, inputs.length)).toBeGreaterThan(0);
    for (const example of inputs) expect(executionInput.safeParse(example)).toMatchObject({ success: true });
    for (const example of outputs) expect(executionOutput.safeParse(example)).toMatchObject({ success: true });
  });
});
