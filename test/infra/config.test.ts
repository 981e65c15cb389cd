import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { loadConfiguration } from '../../infra/config.ts';
import { ConfigurationError } from '../../shared/config/parse.ts';

jest.setTimeout(240_000);

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'steward-'));

function file(text: string): string {
  const path = join(folder, 'steward.yaml');
  writeFileSync(path, text);
  return path;
}

function problems(path: string): readonly string[] {
  try {
    loadConfiguration(path);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** What a person sees; the app must run with the Node of the tests. */
function synth(path: string): Promise<{ failed: boolean; stderr: string }> {
  const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const flags = ['synth', '--quiet', '--no-notices', '-c', `config=${path}`, '-o', join(folder, 'cdk.out')];
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH, NODE_OPTIONS: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...flags], { cwd: root, env }, (error, _, stderr) =>
      resolve({ failed: error !== null, stderr }),
    );
  });
}

const notYaml = 'clusters: [\n  demo: {';
const misspelt = 'clusters:\n  demo:\n    node-replacment: {}\n';

describe('a steward.yaml is refused', () => {
  it.each([
    ['that is not YAML, by the place in it', notYaml, /steward\.yaml: .* at line 2, column \d+/],
    ['that names a cluster twice', 'clusters:\n  demo:\n  demo:\n', /steward\.yaml: Map keys must be unique at line 2/],
    ['that grows when it is read', `a: &a [x]\n${bomb()}`, /steward\.yaml: Excessive alias count/],
    ['that is empty', '', /^steward\.yaml: .*expected object, received null/],
    ['that is a list', '- demo\n', /^steward\.yaml: .*expected object, received array/],
    ['that is a text', 'demo\n', /^steward\.yaml: .*expected object, received string/],
    [
      'with an unknown key',
      misspelt,
      /^clusters\.demo: unknown key 'node-replacment'; did you mean 'node-replacement'\?$/,
    ],
    ['whose clusters are a list', 'clusters: [demo]\n', /^clusters: .*received array/],
  ])('%s', (_, text, problem) => {
    expect(problems(file(text)).join('\n')).toMatch(problem);
  });

  it('that is not there', () => {
    expect(problems(join(folder, 'nothing.yaml'))).toEqual([expect.stringMatching(/nothing\.yaml: .*ENOENT/)]);
  });

  it.each([
    ['that is not YAML', notYaml, ['line 2', 'demo: {']],
    ['of the wrong type', '- demo\n', ['steward.yaml: ', 'expected object, received array']],
    [
      'with an unknown key',
      misspelt,
      ["clusters.demo: unknown key 'node-replacment'; did you mean 'node-replacement'?"],
    ],
  ])('by cdk synth in words and without a stack, %s', async (_, text, words) => {
    const { failed, stderr } = await synth(file(text));
    expect(failed).toBe(true);
    expect(stderr).toMatch(/^steward\.yaml cannot be used:/);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

/** Each line holds ten of the one before. */
function bomb(): string {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const ten = (name: string) => Array.from({ length: 10 }, () => `*${name}`).join(', ');
  return names
    .flatMap((name, index) => (index === 0 ? [] : `${name}: &${name} [${ten(names[index - 1] ?? '')}]`))
    .join('\n');
}
