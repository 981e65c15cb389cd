// Writes dist/<stack>/: the template with its code, for people who do not use the CDK: `npm run package`. Takes the context of `cdk deploy`,
// `npm run package -- -c name=second -c config=other.yaml`.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Assembly, readAssembly } from '../sandbox/synth.ts';
import { packageReadme } from './package-readme.ts';
import { packagedTemplate } from './package-template.ts';
import { zipFolder } from './zip-folder.ts';

const root = join(import.meta.dirname, '..');

/**
 * Synthesizes the stack and packages it.
 *
 * @param context as for `cdk deploy`, each as `key=value`
 * @param parent the folder in which the package gets a folder of the stack's name
 * @returns the package's folder
 */
export function makePackage(context: readonly string[], parent: string): string {
  const synthesized = mkdtempSync(join(tmpdir(), 'eks-steward-package-'));
  try {
    synthesize(synthesized, context);
    return packageAssembly(readAssembly(synthesized), parent);
  } finally {
    rmSync(synthesized, { recursive: true, force: true });
  }
}

/** Packages a stack that has been synthesized, in place of an older package. */
export function packageAssembly({ stackName, template, asset }: Omit<Assembly, 'warm'>, parent: string): string {
  const packaged = packagedTemplate(template, `${stackName}/assets/`);
  const folder = join(parent, stackName);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'assets'), { recursive: true });
  // Named as the CDK names them, by the code that is in them: a function is updated when that has changed.
  for (const key of packaged.code) writeFileSync(join(folder, 'assets', key), zipFolder(asset(key)));
  writeFileSync(join(folder, 'template.json'), `${JSON.stringify(packaged.template, null, 1)}\n`);
  writeFileSync(join(folder, 'README.md'), packageReadme(stackName));
  cpSync(join(root, 'infra', 'kubernetes'), join(folder, 'kubernetes'), { recursive: true });
  return folder;
}

function synthesize(output: string, context: readonly string[]): void {
  const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const given = context.flatMap((pair) => ['--context', pair]);
  // The CLI starts the app with the `node` of the PATH, which may be an older one than this.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  execFileSync(process.execPath, [cli, 'synth', '--quiet', '--no-notices', '--output', output, ...given], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { context: { type: 'string', short: 'c', multiple: true } } });
  const folder = makePackage(values.context ?? [], join(root, 'dist'));
  console.log(
    `${relative(process.cwd(), folder)}: template.json, assets/, kubernetes/, and a README.md with the commands`,
  );
}
