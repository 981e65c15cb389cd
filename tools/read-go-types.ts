// Writes sandbox/kubernetes/types/go-types.txt from the Go types of Kubernetes in the module cache: what the generated models of
// @kubernetes/client-node do not say, which is protobuf field numbers, which strings are quantities or bytes,
// enums, and how a strategic merge patch merges lists.
// Needs Go and the modules of test/cluster/go.mod. Run after a change of their version: `node tools/read-go-types.ts`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const output = 'sandbox/kubernetes/types/go-types.txt';

/** Packages of k8s.io/api whose kinds are served, and those of k8s.io/apimachinery that they use. */
const groups =
  'admissionregistration apps authentication authorization autoscaling batch coordination core discovery events ' +
  'networking node policy rbac scheduling storage';
const packages = [...groups.split(' ').map((group) => `${group}/v1`), 'autoscaling/v2'];

/** Types that write themselves; the reader of the file knows them by these names. */
const special: Readonly<Record<string, string>> = {
  'meta/v1.Time': 'Time',
  'meta/v1.MicroTime': 'MicroTime',
  'meta/v1.FieldsV1': 'FieldsV1',
  'api/resource.Quantity': 'Quantity',
  'util/intstr.IntOrString': 'IntOrString',
  'pkg/runtime.RawExtension': 'RawExtension',
};
const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int',
  int64: 'int',
  uint64: 'int',
  int: 'int',
};

interface Package {
  readonly name: string;
  readonly text: string;
  readonly imports: ReadonlyMap<string, string>;
}

function moduleFolder(module: string): string {
  const { stdout, stderr, status } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd: 'test/cluster',
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go list ${module}: ${stderr}`);
  return stdout.trim();
}

function shortName(path: string): string {
  return path.split('/').slice(-2).join('/');
}

function importsOf(text: string): Map<string, string> {
  const found = text.matchAll(/^\t(?:(\w+) )?"([^"]+)"$/gm);
  return new Map([...found].map(([, alias, path = '']) => [alias ?? path.split('/').at(-1) ?? '', shortName(path)]));
}

function readPackage(name: string, folder: string): Package {
  const files = readdirSync(folder).filter((file) => /^(types|well_known_types|time_proto).*\.go$/.test(file));
  const texts = files.filter((file) => !file.includes('_test')).map((file) => readFileSync(join(folder, file), 'utf8'));
  const text = texts.join('\n');
  return { name, text, imports: importsOf(text) };
}

class GoTypes {
  readonly #packages: ReadonlyMap<string, Package>;
  readonly lines = new Map<string, string>();

  constructor(packages: readonly Package[]) {
    this.#packages = new Map(packages.map((item) => [item.name, item]));
  }

  /** Adds a struct and all that it uses. */
  add(name: string): void {
    if (this.lines.has(name)) return;
    this.lines.set(name, '');
    const [home = '', type = ''] = name.split('.');
    const body = new RegExp(`^type ${type} struct \\{\\n(.*?)^\\}`, 'ms').exec(this.#package(home).text)?.[1];
    if (body === undefined) throw new Error(`${name} is no struct`);
    const fields = body.matchAll(/^\t(?:(\w+) +)?(\S+) +`([^`]*protobuf:"[^`]*)`/gm);
    const written = [...fields].flatMap(([, , goType = '', tags = '']) => this.#field(home, goType, tags));
    this.lines.set(name, `${name} ${written.join(' ')}`.trim());
  }

  #package(name: string): Package {
    const found = this.#packages.get(name);
    if (!found) throw new Error(`the package ${name} is not read`);
    return found;
  }

  #field(home: string, goType: string, tags: string): string[] {
    const [json = '', ...options] = /json:"([^"]*)"/.exec(tags)?.[1]?.split(',') ?? [];
    const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1];
    if (!number || json === '-') return [];
    const pointer = goType.startsWith('*');
    const type = this.#type(home, goType.replace(/^\*/, ''));
    // Go leaves out the zero value of such a field; behind a pointer the zero value says something.
    const mark = options.includes('omitempty') && !pointer ? '?' : '';
    const strategy = /patchStrategy:"([^"]*)"/.exec(tags)?.[1] ?? '';
    const key = /patchMergeKey:"([^"]*)"/.exec(tags)?.[1] ?? '';
    return [`${number}${mark}=${json || '+'}:${type}${strategy && `^${strategy}`}${key && `^${key}`}`];
  }

  #type(home: string, goType: string): string {
    if (goType === '[]byte') return 'bytes';
    if (goType.startsWith('[]')) return `${this.#type(home, goType.slice(2))}[]`;
    const map = /^map\[[^\]]+\](.*)$/.exec(goType)?.[1];
    if (map) return `{${this.#type(home, map)}}`;
    if (scalars[goType]) return scalars[goType];
    const [alias, type] = goType.includes('.') ? goType.split('.') : ['', goType];
    const where = alias ? (this.#package(home).imports.get(alias) ?? alias) : home;
    const name = `${where}.${type}`;
    return special[name] ?? (where === 'pkg/types' ? 'string' : this.#named(where, type ?? '', name));
  }

  #named(where: string, type: string, name: string): string {
    const { text } = this.#package(where);
    const [, comment = '', underlying] = new RegExp(`((?:^//.*\\n)*)^type ${type} (.+)$`, 'm').exec(text) ?? [];
    if (!underlying) throw new Error(`${name} is not found`);
    if (underlying.startsWith('struct')) {
      this.add(name);
      return name;
    }
    if (!comment.includes('+enum')) return this.#type(where, underlying);
    const values = [...text.matchAll(new RegExp(`^\\s+(?:const )?\\w+ +${type} += "([^"]*)"`, 'gm'))];
    return `string(${values
      .map(([, value]) => value)
      .filter(Boolean)
      .toSorted((left, right) => ((left ?? '') < (right ?? '') ? -1 : 1))
      .join('|')})`;
  }
}

const api = moduleFolder('k8s.io/api');
const machinery = moduleFolder('k8s.io/apimachinery');
const meta = readPackage('meta/v1', join(machinery, 'pkg/apis/meta/v1'));
const types = new GoTypes([...packages.map((name) => readPackage(name, join(api, name))), meta]);
for (const name of packages) {
  const text = readFileSync(join(api, name, 'types.go'), 'utf8');
  for (const [, kind] of text.matchAll(/^type (\w+) struct \{\n\tmetav1\.TypeMeta /gm))
    if (!kind?.endsWith('List')) types.add(`${name}.${kind}`);
}
types.add('meta/v1.DeleteOptions');
const lines = [...types.lines.values()].toSorted();
writeFileSync(output, `# Made by tools/read-go-types.ts from ${api.split('/k8s.io/')[1]}.\n${lines.join('\n')}\n`);
console.log(`${output}: ${lines.length} types`);
