import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { workflows } from '../functions/workflows.ts';
import { kebab } from '../shared/workflow/define-workflow.ts';

const root = join(import.meta.dirname, '..');

/** Every Lambda function: the name of its bundle, `drain-nodes` of node-replacement for instance, and its entry file. */
export const entries: ReadonlyMap<string, string> = new Map([
  ['intake', 'functions/intake/handle-inbox.ts'],
  ...workflows.flatMap((workflow) =>
    Object.keys(workflow.tasks).map((task): [string, string] => {
      const name = kebab(task);
      return [`${workflow.name}/${name}`, `functions/${workflow.name}/tasks/${name}.ts`];
    }),
  ),
]);

export interface Bundles {
  /** The folder of one function's code, with `index.mjs` that exports `handler`. */
  readonly directory: (name: string) => string;
  readonly metafile: Metafile;
}

/**
 * The SDK writes its schemas with computed keys, `{ [_xN]: _iI }`, which esbuild must keep: a computed key could run code.
 * With the keys written out, the shapes of operations that nobody calls are left out: EC2 shrinks from 808 KB to what
 * DescribeInstances needs.
 */
const shakeSchemas: Plugin = {
  name: 'shake-schemas',
  setup: (esbuild) => {
    esbuild.onLoad({ filter: /@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]schemas_0\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const names = new Map([...source.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
      const contents = source.replace(/\[(_\w+)\]:/g, (whole, name: string) =>
        names.has(name) ? `${names.get(name)}:` : whole,
      );
      return { contents, loader: 'js' };
    });
  },
};

/**
 * client-node's serializer knows all 757 models by name, 450 KB, to write fields whose names are reserved words in some language and to make
 * classes of answers. We send none of the former (`Wire` types its bodies as the API has them) and read answers ourselves; a type that the
 * serializer does not know it leaves as it is.
 */
const leaveModelsOut: Plugin = {
  name: 'leave-models-out',
  setup: (esbuild) => {
    const filter = /@kubernetes[/\\]client-node[/\\]dist[/\\]gen[/\\]models[/\\]ObjectSerializer\.js$/;
    esbuild.onLoad({ filter }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source
        .replace(/^(import|export) .* from '.*';$/gm, '')
        .replace(/^let typeMap = \{[^}]*\};$/m, 'let typeMap = {};');
      return { contents, loader: 'js' };
    });
  },
};

/** undici's index loads all that it has: fetch, WebSocket, a cache, mocks. Its Agent and the API to call it with are a half. */
const onlyAgent: Plugin = {
  name: 'only-agent',
  setup: (esbuild) => {
    esbuild.onLoad({ filter: /node_modules[/\\]undici[/\\]index\.js$/ }, () => ({
      contents: `
        Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'));
        exports.Agent = require('./lib/dispatcher/agent');`,
      loader: 'js',
    }));
  },
};

/**
 * Bundles all functions in one run of esbuild, into a folder that nobody else writes to: by default a new one.
 *
 * Minified without identifiers: it starts as fast and keeps stack traces readable without source maps. `require` is defined
 * for the CommonJS leaves of undici. The default credential chain is replaced by the environment's, the only one that Lambda
 * has: SSO, profiles and web identity are 200 KB that never run.
 */
export async function bundleFunctions(
  outdir = mkdtempSync(join(tmpdir(), 'eks-steward-functions-')),
): Promise<Bundles> {
  mkdirSync(outdir, { recursive: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: [...entries].map(([name, entry]) => ({ in: entry, out: join(name, 'index') })),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    alias: { '@aws-sdk/credential-provider-node': join(root, 'shared', 'runtime', 'credentials.ts') },
    banner: {
      js: "import{createRequire as stewardRequire}from'node:module';const require=stewardRequire(import.meta.url);",
    },
    plugins: [shakeSchemas, leaveModelsOut, onlyAgent],
    metafile: true,
    logLevel: 'error',
  });
  writeFileSync(join(outdir, 'metafile.json'), JSON.stringify(result.metafile));
  return { directory: (name) => join(outdir, name), metafile: result.metafile };
}
