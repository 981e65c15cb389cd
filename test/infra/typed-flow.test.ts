import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
/** Below the packages that the states import. */
const cache = join(root, 'node_modules', '.cache', 'eks-steward');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'typed-flow-'));

/** The file of states in which BODY stands. */
const frame = `
import * as z from 'zod';
import { both, expression, listOf, not, union } from '${root}/infra/constructs/expression.ts';
import type { Flow, Step } from '${root}/infra/constructs/flow.ts';
import { defineWorkflow } from '${root}/shared/workflow/define-workflow.ts';

const { tasks } = defineWorkflow({
  name: 'boil', does: '', longestRun: 1, subjects: [], input: z.unknown(), output: z.unknown(), outcomes: [], reasons: {}, cleanup: null,
  tasks: {
    boil: {
      does: 'Boils', needs: {},
      input: z.strictObject({ cluster: z.string(), eggs: z.array(z.string()), minutes: z.int().default(5) }),
      output: z.strictObject({ status: z.enum(['Soft', 'Hard']), count: z.int(), done: z.boolean(), left: z.array(z.string()) }),
    },
  },
});
interface Variables {
  readonly cluster: string;
  readonly eggs: string[];
  readonly status: 'Soft' | 'Hard';
  readonly done: boolean;
  readonly count: number;
}
declare const flow: Flow<Variables>;
declare const end: Step;
const { v } = flow;
const give = { cluster: v.cluster, eggs: v.eggs };
const otherwise = { to: end };
const identity = { workflow: 'boil', cluster: v.cluster, subject: '', why: '', executionArn: '' };
const told = { ...identity, startedAt: '', reasons: [{ code: 'Hot', about: v.cluster, text: '' }] };
export const step = () => { BODY };
`;

const call = (inside: string) => `return flow.call('Boil', tasks.boil, { ${inside} });`;

const right = `
  ${call("give: { cluster: 'demo', eggs: [v.cluster, 'x'], minutes: 3 }, keep: ({ status, done, left }) => ({ status, done, eggs: union(v.eggs, left) }), otherwise: { to: end, keep: (error) => ({ cluster: error.Error }) }").replace('return', '')}
  flow.choose('?', [[v.status.is('Soft'), end], [both(v.done, not(v.done)), end, { done: true }]], end);
  flow.publish('Tell', 'Workflow Finished', { ...told, outcome: v.status, finishedAt: '' });
  ${call('give, otherwise').replace('return', 'return void')}
`;

/** Each mistake, and what the compiler says of it. */
const wrong: Readonly<Record<string, readonly [body: string, error: RegExp]>> = {
  'a status that the variable does not have': [
    "return flow.choose('?', [[v.status.is('Raw'), end]], end);",
    /"Raw"' is not assignable to parameter of type '"Hard" \| "Soft"|"Raw"' is not assignable/,
  ],
  'a status that the answer does not have': [
    call("give, keep: ({ status }) => ({ done: status.is('Raw') }), otherwise"),
    /"Raw"' is not assignable/,
  ],
  'a missing member of the input': [call('give: { cluster: v.cluster }, otherwise'), /'eggs' is missing/],
  'a member of the input with another type': [
    call('give: { ...give, eggs: v.cluster }, otherwise'),
    /not assignable to type 'Given<string\[\]>|is not assignable to type/,
  ],
  'an item of the input with another type': [
    call('give: { ...give, eggs: [v.done] }, otherwise'),
    /is not assignable to type/,
  ],
  'a member that the input does not have': [
    call("give: { ...give, salt: 'much' }, otherwise"),
    /'salt' does not exist/,
  ],
  'a variable that is not declared': [
    call('give, keep: ({ count }) => ({ pan: count }), otherwise'),
    /is not assignable to type 'never'|'pan' does not exist/,
  ],
  'a variable that is not declared, beside one that is': [
    call('give, keep: ({ count, status }) => ({ status, pan: count }), otherwise'),
    /is not assignable to type 'never'|'pan' does not exist/,
  ],
  'a variable that is not declared, of an error': [
    call('give, otherwise: { to: end, keep: (error) => ({ pan: error.Error }) }'),
    /pan/,
  ],
  'a variable that is not declared, of an error, in what another function gives': [
    `const kept = () => ({ pan: 'x' }); ${call('give, otherwise: { to: end, keep: kept }')}`,
    /pan|never|no properties in common/,
  ],
  'a variable that is not declared, beside one that is, in what another function gives of a pause': [
    `const kept = () => ({ done: true, pan: 'x' }); ${call('give, whenPaused: { to: end, keep: kept }, otherwise')}`,
    /pan|never/,
  ],
  'a variable that is not declared, on a branch': [
    "return flow.choose('?', [[v.done, end, { pan: 1 }]], end);",
    /'pan' does not exist/,
  ],
  'a member that the answer does not have': [
    call('give, keep: ({ colour }) => ({ status: colour }), otherwise'),
    /'colour' does not exist/,
  ],
  'a member of an answer kept in a variable of another type': [
    call('give, keep: ({ count }) => ({ status: count }), otherwise'),
    /is not assignable to type/,
  ],
  'a value of another type': [call("give, keep: () => ({ done: 'yes' }), otherwise"), /is not assignable to type/],
  'a wider type than the variable has': [
    call("give, keep: () => ({ status: expression<string>('$x') }), otherwise"),
    /is not assignable to type/,
  ],
  'a list for a single value': [
    call("give, keep: () => ({ cluster: listOf<string>('a') }), otherwise"),
    /is not assignable to type/,
  ],
  'a list of other items': [
    call('give, keep: ({ count }) => ({ eggs: listOf(count) }), otherwise'),
    /is not assignable to type/,
  ],
  'a condition that is no boolean': ["return flow.choose('?', [[v.count, end]], end);", /is not assignable to type/],
  'nowhere to go with errors': [call('give'), /'otherwise' is missing/],
  'an event that nobody knows': ["return flow.publish('Tell', 'Eggs Boiled', told);", /"Eggs Boiled"/],
  'an event without a member of its detail': [
    "return flow.publish('Tell', 'Workflow Finished', { ...told, outcome: v.status });",
    /'finishedAt' is missing/,
  ],
  'a member that the detail of an event does not have': [
    "return flow.publish('Tell', 'Workflow Started', { ...told, eggs: v.eggs });",
    /'eggs' does not exist/,
  ],
  'a member of the detail of an event with another type': [
    "return flow.publish('Tell', 'Workflow Started', { ...told, reasons: v.eggs });",
    /is not assignable to type/,
  ],
};

/** What the compiler says of each file. */
let said: ReadonlyMap<string, string>;
const nameOf = (index: number) => `wrong-${index}.ts`;

beforeAll(async () => {
  const files = new Map([
    ['right.ts', right],
    ...Object.values(wrong).map(([body], at) => [nameOf(at), body] as const),
  ]);
  for (const [name, body] of files)
    writeFileSync(
      join(folder, name),
      frame.replace('BODY', () => body),
    );
  const compilerOptions = {
    typeRoots: [join(root, 'node_modules', '@types')],
    noUnusedLocals: false,
  };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files: [...files.keys()] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const output = await compile();
  const blocks = output
    .split(/^(?=\S+\.ts\(\d+)/m)
    .map((text) => [/^(\S+?\.ts)\(/.exec(text)?.[1] ?? '', text] as const);
  const byFile = Map.groupBy(blocks, ([file]) => file.split('/').at(-1) ?? '');
  said = new Map([...byFile].map(([file, texts]) => [file, texts.map(([, text]) => text).join('')]));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** Every message of one run of the compiler over all files. */
function compile(): Promise<string> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tsc, '-p', folder, '--pretty', 'false'],
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } },
      (_, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}

describe('the types of a flow', () => {
  it('take states that fit the contract', () => {
    const others = [...said].filter(([file]) => !/^wrong-\d+\.ts$/.test(file));
    expect(others).toEqual([]);
  });

  it.each(Object.entries(wrong).map(([mistake, [, error]], at) => [mistake, error, nameOf(at)] as const))(
    'refuse %s',
    (_, error, file) => {
      expect(said.get(file) ?? 'nothing').toMatch(error);
    },
  );
});
