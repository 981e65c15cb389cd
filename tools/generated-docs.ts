import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { dropCodes, quarantineCodes } from '../functions/intake/contract.ts';
import { workflows } from '../functions/workflows.ts';
import type { Template } from '../sandbox/template/contract.ts';
import { cellServiceRows } from './cell-services.ts';
import { settingsRows } from './settings-table.ts';
import { fixedCostRows, resourceRows, rightsRows } from './stack-tables.ts';
import { worldRows } from './world-tables.ts';

const root = join(import.meta.dirname, '..');

const worldHead = ['key', 'values', 'default', 'what it is'];

/** The tables in the documentation that come from source, by the name between their markers. */
const tables: Readonly<Record<string, (template: Template) => string>> = {
  ...Object.fromEntries(
    workflows.flatMap(({ name, reasons }) => [
      [`${name} settings`, () => table(['setting', 'values', 'default', 'what it does'], coded(settingsRows(name)))],
      [`${name} reasons`, () => table(['code', 'what it means'], coded(Object.entries(reasons)))],
    ]),
  ),
  workflows: () => table(['workflow', 'does', 'ends in'], workflowRows()),
  'quarantine codes': () => table(['code', 'what it means'], coded(Object.entries(quarantineCodes))),
  'drop codes': () => table(['code', 'what it means'], coded(Object.entries(dropCodes))),
  'cluster rights': () => table(['role', 'resources', 'verbs'], coded(clusterRights())),
  'world keys': () => table(worldHead, coded(worldRows())),
  'world network keys': () => table(worldHead, coded(worldRows('networks'))),
  'world cluster keys': () => table(worldHead, coded(worldRows('clusters'))),
  'world group keys': () => table(worldHead, coded(worldRows('groups'))),
  'cell services': () => table(['service', 'VPC endpoint', 'called by', 'without it'], cellServiceRows()),
  'created resources': (template) => table(['resource', 'number'], coded(resourceRows(template))),
  'fixed cost': (template) => table(['item', 'number', 'each month'], fixedCostRows(template)),
  'AWS rights': (template) => table(['who', 'actions', 'on'], rightsRows(template)),
};

/** Every workflow with a link to its page, which is in docs/workflows/. */
function workflowRows(): string[][] {
  return workflows.map(({ name, does, outcomes }) => [
    `[${name}](docs/workflows/${name}.md)`,
    does,
    outcomes.map((outcome) => `\`${outcome}\``).join(', '),
  ]);
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

/** Of every ClusterRole that we deploy. */
function clusterRights(): string[][] {
  const folder = join(root, 'infra', 'kubernetes');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const texts = files.toSorted().map((name) => readFileSync(join(folder, name), 'utf8'));
  const manifests = texts.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS() as Manifest);
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
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Rows that begin with a name as it is written in code. */
function coded(rows: readonly (readonly string[])[]): string[][] {
  return rows.map(([first = '', ...rest]) => [`\`${first}\``, ...rest]);
}

/**
 * The document with every generated table made anew; the template is that of `cdk synth`.
 *
 * @throws Error for a marker that names no table
 */
export function regenerate(document: string, template: Template): string {
  return document.replace(
    /(<!-- begin generated: (.+?) -->\n)[\s\S]*?(<!-- end generated -->)/g,
    (_, begin: string, name: string, end: string) => {
      const make = tables[name];
      if (!make) throw new Error(`there is no generated table '${name}'`);
      return `${begin}${make(template)}\n${end}`;
    },
  );
}
