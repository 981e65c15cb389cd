import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { person } from '../../sandbox/aws/contract.ts';
import { executionResults } from '../../sandbox/console/results.ts';
import { synthesize } from '../../sandbox/synth.ts';
import type { Template } from '../../sandbox/template/contract.ts';
import { makePackage, packageAssembly } from '../../tools/package.ts';
import { packageReadme } from '../../tools/package-readme.ts';
import { packagedTemplate } from '../../tools/package-template.ts';
import { zipFolder } from '../../tools/zip-folder.ts';
import { bootStack } from '../sandbox/template/boot-stack.ts';

const root = join(import.meta.dirname, '..', '..');

let parent: string;
let folder: string;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'package-'));
  folder = packageAssembly(await synthesize(root), parent);
}, 120_000);
afterAll(() => rmSync(parent, { recursive: true, force: true }));

interface Packaged extends Template {
  readonly Rules?: unknown;
}

const text = () => readFileSync(join(folder, 'template.json'), 'utf8');
const template = () => JSON.parse(text()) as Packaged;
const assets = () => readdirSync(join(folder, 'assets')).toSorted();
const functionsIn = ({ Resources }: Packaged) =>
  Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');

/** Of every file in a folder, by its path. */
function hashes(of: string): [string, string][] {
  return readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(of.length), createHash('sha256').update(readFileSync(path)).digest('hex')];
    })
    .toSorted(([one], [other]) => one.localeCompare(other));
}

describe('the package', () => {
  it('asks for a bucket and for nothing that cdk bootstrap makes', () => {
    expect(text()).not.toMatch(/hnb659fds|cdk-bootstrap|BootstrapVersion|AWS::CDK|aws:cdk|aws:asset/);
    const { Parameters, Rules } = template();
    expect(Object.keys(Parameters ?? {})).toEqual(['AssetBucket', 'AssetPrefix']);
    expect(Rules).toBeUndefined();
  });

  it('creates no role with a name, for which CAPABILITY_IAM would not be enough', () => {
    const roles = Object.values(template().Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(0);
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('RoleName');
  });

  it('has the code of every function as a file, and no other file', () => {
    const codes = functionsIn(template()).map(({ Properties }) => Properties?.['Code']);
    expect(codes.length).toBeGreaterThan(6);
    for (const code of codes) expect(code).toMatchObject({ S3Bucket: { Ref: 'AssetBucket' } });
    const keys = codes.map((code) => (code as { S3Key: { 'Fn::Sub': string } }).S3Key['Fn::Sub']);
    expect([...new Set(keys)].toSorted()).toEqual(assets().map((name) => `\${AssetPrefix}${name}`));
  });

  it('is the same to the last byte when the sources are synthesized again, elsewhere', () => {
    const again = mkdtempSync(join(tmpdir(), 'package-again-'));
    try {
      expect(hashes(makePackage([], again))).toEqual(hashes(folder));
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  }, 120_000);

  it('says how it is deployed under the name of its stack', () => {
    expect(packageReadme('second')).toContain('aws cloudformation deploy --stack-name second ');
    expect(packageReadme('second')).not.toContain('eks-steward/');
  });

  it('runs: the sandbox boots it, and its functions do their work', async () => {
    const unzipped = mkdtempSync(join(parent, 'unzipped-'));
    for (const name of assets()) {
      mkdirSync(join(unzipped, name));
      for (const [file, content] of Object.entries(unzipSync(readFileSync(join(folder, 'assets', name)))))
        writeFileSync(join(unzipped, name, file), content);
    }
    const packaged = template();
    const bucket = { Type: 'String', Default: 'my-bucket' };
    const asset = (key: string) => join(unzipped, key.replace(/^eks-steward\/assets\//, ''));
    const sandbox = await bootStack(
      { ...packaged, Parameters: { ...packaged.Parameters, AssetBucket: bucket } },
      asset,
    );
    try {
      const stateMachineArn = sandbox.loaded.outputs['Machinecheck'] ?? '';
      const input = JSON.stringify({ cluster: 'demo' });
      await sandbox.cloud.call('states', 'StartExecution', { stateMachineArn, input }, person);
      await sandbox.untilIdle();
      const [run] = await executionResults(sandbox);
      // Nobody is told of alarms in this world; with a function that could not be loaded there would be more.
      expect(run).toMatchObject({ workflow: 'check', outcome: 'Findings' });
      expect(run?.reasons).toMatchObject([{ code: 'AlarmsUnheard' }]);
    } finally {
      await sandbox.close();
    }
  }, 240_000);
});

describe('the code of a function', () => {
  const source = () => {
    const made = mkdtempSync(join(parent, 'source-'));
    mkdirSync(join(made, 'deep'));
    writeFileSync(join(made, 'index.mjs'), 'export const handler = () => 1;\n'.repeat(100), { mode: 0o600 });
    writeFileSync(join(made, 'deep', 'data.json'), '{}');
    return made;
  };

  it('is packed with every file of its folder', () => {
    const files = unzipSync(zipFolder(source()));
    expect(Object.keys(files).toSorted()).toEqual(['deep/data.json', 'index.mjs']);
  });

  it('can be read by everybody: Lambda runs it as another user', () => {
    const archive = Buffer.from(zipFolder(source()));
    // A header of the central directory: signature, version, and 38 bytes in the attributes (APPNOTE 4.3.12).
    const header = archive.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    expect(archive[header + 5]).toBe(3);
    expect((archive.readUInt32LE(header + 38) >>> 16).toString(8)).toBe('100644');
  });

  it('is an archive that others can read, Python for instance where it is installed', () => {
    if (spawnSync('python3', ['--version']).status !== 0) return;
    const file = join(parent, 'code.zip');
    writeFileSync(file, zipFolder(source()));
    const { status, stdout } = spawnSync('python3', ['-m', 'zipfile', '-l', file], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('deep/data.json')]);
    expect(spawnSync('python3', ['-m', 'zipfile', '-t', file], { encoding: 'utf8' }).status).toBe(0);
  });
});

describe('a template', () => {
  it('with a function whose code is no asset is refused by the name of the function', () => {
    const inline = { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'exports.handler = 1' } } };
    const resources = { Resources: { Inline: inline } } as unknown as Template;
    expect(() => packagedTemplate(resources, '')).toThrow('Inline: its code is not an asset');
  });
});
