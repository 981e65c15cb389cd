import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** What the declarations of client-node's models say: the API's own descriptions. */
export interface ModelDocs {
  readonly description: string;
  readonly fields: ReadonlyMap<string, { readonly description: string; readonly required: boolean }>;
}

/** The comments are generated: quotes are escaped, and the end of a comment inside of one is written `*_/`. */
function plain(comment: string | undefined): string {
  const lines = (comment ?? '').split('\n').map((line) => line.replace(/^\s*\*\s?/, ''));
  return lines
    .join('\n')
    .trim()
    .replace(/\\(["'])/g, '$1')
    .replaceAll('*_/', '*/');
}

const declaration = /\/\*\*\n((?:\s*\*(?!\/).*\n)*)\s*\*\/\nexport declare class/;
const property = /(?:\/\*\*\n((?:\s*\*(?!\/).*\n)*)\s*\*\/\n)?\s+'([^']+)'(\?)?: /g;

function read(model: string): ModelDocs {
  // The declarations stand beside the code, but only the code is exported.
  const text = readFileSync(
    resolve(`@kubernetes/client-node/dist/gen/models/${model}.js`).replace(/\.js$/, '.d.ts'),
    'utf8',
  );
  const fields = [...text.matchAll(property)].map(
    ([, comment, name = '', optional]) =>
      [name, { description: plain(comment), required: optional === undefined }] as const,
  );
  return { description: plain(declaration.exec(text)?.[1]), fields: new Map(fields) };
}

const known = new Map<string, ModelDocs>();

/** The descriptions of a model of client-node. */
export function docsOf(model: string): ModelDocs {
  const docs = known.get(model) ?? read(model);
  known.set(model, docs);
  return docs;
}
