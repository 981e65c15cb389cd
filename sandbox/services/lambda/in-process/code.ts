import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { transformSync } from 'esbuild';
import { codeHash } from '../code-hash.ts';
import { fileMissing } from '../runtime-rules.mjs';

/** What the code of a function finds under these names instead of this process's own. */
const hostNames = [
  'require',
  'module',
  'exports',
  'process',
  'global',
  'globalThis',
  'console',
  'Date',
  'Math',
  'performance',
  'crypto',
  'AbortSignal',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'fetch',
] as const;

export type Host = Readonly<Record<(typeof hostNames)[number], unknown>>;

/** A function's module, made anew by each call. */
export type LoadModule = (host: Host) => Record<string, unknown>;

const loaded = new Map<string, LoadModule>();

/**
 * The code of a folder's `<file>.mjs` as something that can be loaded often in one process: each call gives a module of its own with all its
 * state, as a new process would. Compiled once; see `SANDBOX_COMPILE_CACHE` in environment.ts for keeping what was compiled.
 *
 * @throws Error with the name that Lambda's runtime gives it when there is no such file, and SyntaxError
 */
export function codeOf(directory: string, file: string): LoadModule {
  const path = ['.js', '.mjs', '.cjs'].map((extension) => join(directory, `${file}${extension}`)).find(existsSync);
  if (!path) throw fileMissing(file);
  const found = loaded.get(path);
  if (found) return found;
  const compiled = compile(path, codeHash(directory));
  loaded.set(path, compiled);
  return compiled;
}

function compile(path: string, hash: string): LoadModule {
  const kept = keptIn(hash);
  const source = kept.source ?? functionSource(path);
  const script = new vm.Script(source, { filename: path, ...(kept.compiled && { cachedData: kept.compiled }) });
  const run = script.runInThisContext() as (...values: unknown[]) => void;
  let keep = kept.keep;
  return (host) => {
    const module = host.module as { exports: Record<string, unknown> };
    run(...hostNames.map((name) => host[name]));
    // With what the first run has compiled.
    keep?.(source, () => script.createCachedData());
    keep = undefined;
    return module.exports;
  };
}

/** An ES module as the body of a function, whose parameters hide the globals of this process. */
function functionSource(path: string): string {
  try {
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      define: { 'import.meta.url': JSON.stringify(`file://${path}`) },
      supported: { 'dynamic-import': false },
      legalComments: 'none',
    });
    return `(function (${hostNames.join(', ')}) {${code}\n})`;
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : String(error));
  }
}

interface Kept {
  readonly source?: string;
  readonly compiled?: Buffer;
  readonly keep?: (source: string, compiled: () => Buffer) => void;
}

/** Sources and compiled code that another process has kept, and how to keep them. */
function keptIn(hash: string): Kept {
  const cache = process.env['SANDBOX_COMPILE_CACHE'];
  if (!cache) return {};
  const name = join(cache, `function-${hash.replaceAll(/\W/g, '')}-${process.version}`);
  try {
    return { source: readFileSync(`${name}.cjs`, 'utf8'), compiled: readFileSync(`${name}.bin`) };
  } catch {
    const keep = (source: string, compiled: () => Buffer) => {
      mkdirSync(cache, { recursive: true });
      for (const [suffix, content] of [
        ['bin', compiled()],
        ['cjs', source],
      ] as const) {
        // Other processes read it: it is there whole or not at all.
        writeFileSync(`${name}.${suffix}.${process.pid}`, content);
        renameSync(`${name}.${suffix}.${process.pid}`, `${name}.${suffix}`);
      }
    };
    return { keep };
  }
}
