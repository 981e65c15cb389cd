import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { removeUnused, use } from './assembly-folders.ts';
import { stampOf } from './assembly-stamp.ts';
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

/** Sources that change while they are synthesized are synthesized again, so often at the most. */
const attempts = 3;

/**
 * Synthesizes with the CDK CLI, unless that has been done for the sources as they are.
 *
 * Each state of the sources has a folder of its own, which is made aside, put into its place in one step and never changed:
 * processes that start at the same moment, and those that run already, do not disturb each other.
 *
 * @param root the folder of the project
 * @param config another file than the project's `steward.yaml`
 * @param onBegin called when there is something to synthesize, which takes a while
 * @throws InputError with what the CDK CLI says
 */
export async function synthesize(root: string, config?: string, onBegin?: () => void): Promise<Assembly> {
  const folders = join(root, '.sandbox', 'assemblies');
  for (let attempt = 1; ; attempt++) {
    const stamp = stampOf(root, config);
    const folder = join(folders, stamp);
    if (use(folder)) return { ...readAssembly(folder), warm: true };
    if (attempt === 1) onBegin?.();
    mkdirSync(folders, { recursive: true });
    removeUnused(folders);
    const made = mkdtempSync(join(folders, 'new-'));
    try {
      await runCdk(root, made, config);
      if (stampOf(root, config) !== stamp && attempt < attempts) continue;
      putInPlace(made, folder);
      if (use(folder)) return { ...readAssembly(folder), warm: false };
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
}

/** Somebody else may have been first: theirs is as good. */
function putInPlace(made: string, folder: string): void {
  try {
    renameSync(made, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
  }
}

async function runCdk(root: string, output: string, config: string | undefined): Promise<void> {
  const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const flags = ['synth', '--quiet', '--no-notices', '--output', output];
  if (config !== undefined) flags.push('--context', `config=${config}`);
  // The CLI starts the app with the `node` of the PATH, which may be an older one than this.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = { cwd: root, env: { ...process.env, PATH } };
  try {
    await promisify(execFile)(process.execPath, [cli, ...flags], options);
  } catch (error) {
    const said = error as { stderr?: string; stdout?: string };
    throw new InputError(
      `cdk synth with ${config ?? 'steward.yaml'} failed:\n${said.stderr ?? ''}${said.stdout ?? ''}`,
      {
        cause: error,
      },
    );
  }
}

/** What `cdk synth` has written to a folder. */
export function readAssembly(folder: string): Omit<Assembly, 'warm'> {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
  };
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stackName, stack] = stacks[0] ?? [];
  if (stackName === undefined || stacks.length !== 1)
    throw new Error(`the sandbox runs one stack, not ${stacks.length}`);
  const template = JSON.parse(readFileSync(join(folder, stack?.properties?.templateFile ?? ''), 'utf8')) as Template;
  const assets = JSON.parse(readFileSync(join(folder, `${stackName}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
  };
  const paths = new Map(
    Object.values(assets.files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(folder, source.path)] as const),
    ),
  );
  const asset = (objectKey: string) => {
    const path = paths.get(objectKey);
    if (path === undefined) throw new Error(`the template names the asset ${objectKey}, which was not synthesized`);
    return path;
  };
  return { stackName, template, asset };
}
