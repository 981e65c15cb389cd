import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { synthesize } from '../../sandbox/synth.ts';

let root: string;
const assemblies = () => readdirSync(join(root, '.sandbox', 'assemblies'));

/** In the place of the CDK CLI: counts its calls, and writes a stack whose template names the configuration that it was given. */
const cli = `
const { appendFileSync, mkdirSync, writeFileSync, existsSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const of = (flag) => process.argv[process.argv.indexOf(flag) + 1];
const output = of('--output');
appendFileSync('calls', '.');
if (existsSync('edit')) { rmSync('edit'); appendFileSync('functions/index.ts', '// changed meanwhile'); }
mkdirSync(output, { recursive: true });
const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'S.json' } };
writeFileSync(join(output, 'manifest.json'), JSON.stringify({ artifacts: { S: stack } }));
writeFileSync(join(output, 'S.json'), JSON.stringify({ Description: process.argv.includes('--context') ? of('--context') : 'own' }));
writeFileSync(join(output, 'S.assets.json'), JSON.stringify({ files: {} }));
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'synth-'));
  for (const folder of ['functions', 'infra', 'shared', 'node_modules/aws-cdk/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['functions/index.ts', 'steward.yaml', 'cdk.json', 'package-lock.json'])
    writeFileSync(join(root, file), file);
  writeFileSync(join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), cli);
});

const calls = () => readFileSync(join(root, 'calls'), 'utf8').length;

describe('the synthesized template', () => {
  it('is made once for sources as they are', async () => {
    expect(await synthesize(root)).toMatchObject({ stackName: 'S', warm: false });
    expect(await synthesize(root)).toMatchObject({ stackName: 'S', warm: true });
    expect(calls()).toBe(1);
  });

  it('is whole for all who ask at the same moment, and in one place', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => synthesize(root)));
    for (const { template } of all) expect(template).toEqual({ Description: 'own' });
    expect(assemblies()).toHaveLength(1);
  });

  it('of other sources, or of another configuration, leaves the one that is in use alone', async () => {
    await synthesize(root);
    const [first = ''] = assemblies();
    const before = join(root, 'before');
    cpSync(join(root, '.sandbox', 'assemblies', first), before, { recursive: true });
    const config = join(root, 'mine.yaml');
    writeFileSync(config, 'clusters: {}');
    expect((await synthesize(root, config)).template).toEqual({ Description: `config=${config}` });
    writeFileSync(join(root, 'functions', 'index.ts'), 'changed');
    await synthesize(root);
    writeFileSync(config, 'clusters: { demo: }');
    await synthesize(root, config);
    expect(assemblies()).toHaveLength(4);
    expect(readdirSync(join(root, '.sandbox', 'assemblies', first))).toEqual(readdirSync(before));
  });

  it('is made again when the sources change while it is made', async () => {
    writeFileSync(join(root, 'edit'), '');
    await synthesize(root);
    expect(calls()).toBe(2);
    expect((await synthesize(root)).warm).toBe(true);
  });

  it('goes when it is a day old and nobody who uses it runs, and stays as long as somebody does', async () => {
    const folders = join(root, '.sandbox', 'assemblies');
    const yesterday = statSync(join(root, 'node_modules')).mtimeMs / 1_000 - 90_000;
    // No process has such an id: those of Linux end at 4194304 (proc(5), pid_max).
    for (const [name, pid] of Object.entries({ left: 2 ** 30, used: process.pid })) {
      mkdirSync(join(folders, name), { recursive: true });
      writeFileSync(join(folders, name, `used-by-${pid}`), '');
      utimesSync(join(folders, name), yesterday, yesterday);
    }
    await synthesize(root);
    expect(existsSync(join(folders, 'left'))).toBe(false);
    expect(existsSync(join(folders, 'used'))).toBe(true);
  });

  it('that cannot be made says what the CDK CLI says, and leaves nothing', async () => {
    writeFileSync(
      join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      'console.error("no such cluster"); process.exit(1);',
    );
    await expect(synthesize(root)).rejects.toThrow('no such cluster');
    expect(assemblies()).toEqual([]);
  });
});
