import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { regenerate } from '../../.ci/generated-docs.ts';
import { executionInput } from '../../functions/node-replacement/contract.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];
const text = (page: string) => readFileSync(join(root, page), 'utf8');

describe('the documentation', () => {
  it.each(pages)('%s has the tables that its sources give; npm run docs writes them', (page) => {
    expect(regenerate(text(page))).toBe(text(page));
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

  it('has only examples of execution input that the workflow takes', () => {
    const examples = pages.flatMap((page) =>
      [...text(page).matchAll(/```json\n(\{[\s\S]*?"cluster"[\s\S]*?\})\n```/g)].map(([, example]) => example ?? ''),
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples)
      expect(executionInput.safeParse(JSON.parse(example))).toMatchObject({ success: true });
  });
});
