import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { workflows } from '../../functions/workflows.ts';
import { behaviour } from '../../sandbox/kubernetes/kubelet/annotations.ts';
import { synthesize } from '../../sandbox/synth.ts';
import { worldSchema } from '../../sandbox/world/world-file.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { regenerate } from '../../tools/generated-docs.ts';
import { jsonSchemas } from '../../tools/json-schemas.ts';

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

  it.each(workflows)('has examples of the input and the output of $name, which it takes and gives', (workflow) => {
    const examples = examplesIn(join('docs', 'workflows', `${workflow.name}.md`));
    const outputs = examples.filter((example) => 'outcome' in example);
    const inputs = examples.filter((example) => !('outcome' in example));
    expect(Math.min(outputs.length, inputs.length)).toBeGreaterThan(0);
    for (const example of inputs) expect(workflow.input.safeParse(example)).toMatchObject({ success: true });
    for (const example of outputs) expect(workflow.output.safeParse(example)).toMatchObject({ success: true });
  });

  it('has only examples that some workflow takes or gives', () => {
    const schemas = workflows.flatMap(({ input, output }) => [input, output]);
    for (const page of pages)
      for (const example of examplesIn(page))
        expect([page, example, schemas.some((schema) => schema.safeParse(example).success)]).toEqual([
          page,
          example,
          true,
        ]);
  });

  it('says of every alarm what to do', async () => {
    const { stackName, template } = await synthesize(root);
    const resources = Object.values(template.Resources) as readonly {
      Type: string;
      Properties?: { AlarmName?: string };
    }[];
    const names = resources.flatMap(({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties?.AlarmName?.slice(stackName.length + 1) ?? ''] : [],
    );
    expect(names.length).toBeGreaterThan(10);
    const machines = workflows.map(({ name }) => name).join('|');
    const rows = names.map((name) => `| \`${name.replace(new RegExp(`^(${machines})-`), '<machine>-')}\` |`);
    expect(rows.filter((row) => !text('docs/operations.md').includes(row))).toEqual([]);
  });

  it('has an example of a world that the sandbox takes', () => {
    const [, example = ''] = /```yaml\n(# yaml-language-server[\s\S]*?)```/.exec(text('docs/world-file.md')) ?? [];
    expect(worldSchema.safeParse(parse(example))).toMatchObject({ success: true });
  });

  it('names every annotation by which a pod says how it behaves', () => {
    for (const name of Object.values(behaviour)) expect(text('docs/world-file.md')).toContain(`\`${name}\``);
  });
});

describe('the schema for editors', () => {
  it.each(Object.entries(jsonSchemas()))('%s is what its source gives; npm run docs writes it', (path, schema) => {
    expect(text(path)).toBe(schema);
  });

  const takes = (path: string, document: unknown) =>
    z.fromJSONSchema(JSON.parse(text(path)) as z.core.JSONSchema.JSONSchema).safeParse(document).success;

  it('of a world takes the demo world, and refuses what the sandbox refuses', () => {
    const path = 'sandbox/worlds/world.schema.json';
    const demo = text('sandbox/worlds/demo.yaml');
    const [, named = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(demo) ?? [];
    expect(join('sandbox/worlds', named)).toBe(path);
    expect(takes(path, parse(demo))).toBe(true);
    expect(takes(path, { clusters: [] })).toBe(false);
    expect(takes(path, { clusters: [{ name: 'demo' }], group: [] })).toBe(false);
    const group = { name: 'g', cluster: 'demo', desired: 1, max: 1 };
    expect(takes(path, { clusters: [{ name: 'demo' }], groups: [group] })).toBe(true);
    expect(takes(path, { clusters: [{ name: 'demo' }], groups: [{ ...group, zones: ['eu-west-1a'] }] })).toBe(false);
  });

  it('of steward.yaml takes it, and refuses what synth refuses', () => {
    const path = 'steward.schema.json';
    const [, named] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text('steward.yaml')) ?? [];
    expect(named).toBe(path);
    expect(takes(path, parse(text('steward.yaml')))).toBe(true);
    expect(takes(path, { clusters: { demo: null } })).toBe(true);
    const drain = (settings: object) => ({ clusters: { demo: { 'node-replacement': { manual: settings } } } });
    expect(takes(path, drain({ 'drain-timeout': '1h30m' }))).toBe(true);
    expect(takes(path, drain({ 'drain-timeout': '1 hour' }))).toBe(false);
    expect(takes(path, drain({ 'drain-timout': '1h' }))).toBe(false);
  });
});

/** The objects in JSON on a page. */
function examplesIn(page: string): object[] {
  const blocks = [...text(page).matchAll(/```json\n(\{[\s\S]*?\})\n```/g)];
  return blocks.map(([, example]) => JSON.parse(example ?? '') as object);
}
