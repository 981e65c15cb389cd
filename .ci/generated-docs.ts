import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { dropCodes, quarantineCodes } from '../functions/intake/contract.ts';
import { reasons } from '../functions/node-replacement/contract.ts';
import { settingsRows } from './settings-table.ts';

const root = join(import.meta.dirname, '..');

/** The tables in the documentation that come from source, by the name between their markers. */
const tables: Readonly<Record<string, () => string>> = {
  'node-replacement settings': () =>
    table(['setting', 'values', 'default', 'what it does'], settingsRows('node-replacement')),
  'node-replacement reasons': () => table(['code', 'what it means'], Object.entries(reasons)),
  'quarantine codes': () => table(['code', 'what it means'], Object.entries(quarantineCodes)),
  'drop codes': () => table(['code', 'what it means'], Object.entries(dropCodes)),
  'cluster rights': () => table(['role', 'resources', 'verbs'], clusterRights()),
};

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

function clusterRights(): string[][] {
  const text = readFileSync(join(root, 'infra', 'kubernetes', 'drainer.yaml'), 'utf8');
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  return manifests.flatMap(({ kind, metadata, rules = [] }) =>
    kind === 'ClusterRole'
      ? rules.map(({ apiGroups, resources, verbs }) => {
          const group = apiGroups[0] === '' ? '' : `.${apiGroups[0]}`;
          return [metadata.name, resources.map((name) => `${name}${group}`).join(', '), verbs.join(', ')];
        })
      : [],
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map(([first = '', ...rest]) => line([`\`${first}\``, ...rest]));
  return [line(head), line(head.map(() => '---')), ...body].join('\n');
}

/**
 * The document with every generated table made anew.
 *
 * @throws Error for a marker that names no table
 */
export function regenerate(document: string): string {
  return document.replace(
    /(<!-- begin generated: (.+?) -->\n)[\s\S]*?(<!-- end generated -->)/g,
    (_, begin: string, name: string, end: string) => {
      const make = tables[name];
      if (!make) throw new Error(`there is no generated table '${name}'`);
      return `${begin}${make()}\n${end}`;
    },
  );
}
