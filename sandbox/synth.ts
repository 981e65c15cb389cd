import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from './input.ts';
import type { Template } from './template/contract.ts';

/** The synthesized application: the same template and assets that `cdk deploy` takes. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** The folder of an asset by its object key. */
  readonly asset: (objectKey: string) => string;
  /** Was the template on disk still good? */
  readonly warm: boolean;
}

/** Everything that the template is made from. */
const sources = ['functions', 'infra', 'shared', 'steward.yaml', 'cdk.json', 'package-lock.json'];

/** Synthesizes with the CDK CLI, unless nothing has changed since the last time. */
export async function synthesize(root: string): Promise<Assembly> {
  const output = join(root, 'cdk.out');
  const stampFile = join(output, 'sandbox-stamp');
  const stamp = stampOf(root);
  const warm = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (!warm) {
    await runCdk(root);
    writeFileSync(stampFile, stamp);
  }
  return { ...readAssembly(output), warm };
}

async function runCdk(root: string): Promise<void> {
  const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  // The CLI starts the app with the `node` of the PATH, which may be an older one than this.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = { cwd: root, env: { ...process.env, PATH } };
  try {
    await promisify(execFile)(process.execPath, [cli, 'synth', '--quiet', '--no-notices'], options);
  } catch (error) {
    const output = error as { stderr?: string; stdout?: string };
    throw new InputError(`cdk synth failed:\n${output.stderr ?? ''}${output.stdout ?? ''}`, { cause: error });
  }
}

function readAssembly(output: string): Omit<Assembly, 'warm'> {
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
  };
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stackName, stack] = stacks[0] ?? [];
  if (stackName === undefined || stacks.length !== 1)
    throw new Error(`the sandbox runs one stack, not ${stacks.length}`);
  const template = JSON.parse(readFileSync(join(output, stack?.properties?.templateFile ?? ''), 'utf8')) as Template;
  const assets = JSON.parse(readFileSync(join(output, `${stackName}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
  };
  const paths = new Map(
    Object.values(assets.files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(output, source.path)] as const),
    ),
  );
  const asset = (objectKey: string) => {
    const path = paths.get(objectKey);
    if (path === undefined) throw new Error(`the template names the asset ${objectKey}, which was not synthesized`);
    return path;
  };
  return { stackName, template, asset };
}

/** A hash over names, sizes and times of the sources: quick, and wrong only if somebody sets times by hand. */
function stampOf(root: string): string {
  const hash = createHash('sha256');
  const visit = (path: string) => {
    const stats = statSync(path);
    if (!stats.isDirectory()) hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
    else for (const name of readdirSync(path).toSorted()) visit(join(path, name));
  };
  for (const source of sources) visit(join(root, source));
  return hash.digest('hex');
}
