import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

export const rooms = ['functions', 'infra', 'shared', 'sandbox'] as const;

/**
 * Who may import whom, and the only place that says so: each pattern of a file, and the files that it may import. The first match counts.
 * `SELF` is what the pattern's group matched.
 */
const rules: readonly (readonly [room: RegExp, may: RegExp])[] = [
  [/^functions\/([^/]+)\/core\//, /^(functions\/SELF\/(contract\.ts|core\/)|shared\/domain\/)/],
  [
    /^functions\/([^/]+)\/contract\.ts$/,
    /^(functions\/SELF\/(causes|reasons)\.ts$|shared\/(domain|config)\/|shared\/workflow\/(define-workflow|reasons)\.ts$)/,
  ],
  [/^functions\/([^/]+)\/causes\.ts$/, /^shared\/domain\//],
  [/^functions\/([^/]+)\/reasons\.ts$/, /^shared\/workflow\/reasons\.ts$/],
  [/^functions\/workflows\.ts$/, /^(functions\/[^/]+\/contract\.ts$|shared\/workflow\/define-workflow\.ts$)/],
  [/^functions\/(intake)\//, /^(functions\/(SELF\/|workflows\.ts$|[^/]+\/contract\.ts$)|shared\/)/],
  [/^functions\/([^/]+)\//, /^(functions\/SELF\/|shared\/)/],
  [
    /^infra\//,
    /^(infra\/|functions\/(workflows|[^/]+\/contract)\.ts$|shared\/(config|domain)\/|shared\/runtime\/errors\.ts$|shared\/workflow\/(define-workflow|needs|outcome-event)\.ts$)/,
  ],
  [/^sandbox\//, /^sandbox\//],
  [/^shared\/domain\//, /^shared\/domain\//],
  [/^shared\/config\//, /^shared\/(config|domain)\//],
  [/^shared\/runtime\//, /^shared\/(runtime|domain)\//],
  [/^shared\/(aws|kubernetes|work)\//, /^shared\/(SELF|runtime|domain|config)\//],
  [/^shared\//, /^shared\//],
];

/** Every TypeScript file below a folder of the root. */
export function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** The files of the repository that a file imports. */
export function importsOf(path: string): string[] {
  const source = readFileSync(join(root, path), 'utf8');
  return [...source.matchAll(/^(?:import|export)[^;]*? from '(\.[^']+)'/gms)].map(([, specifier]) =>
    relative(root, normalize(join(root, dirname(path), specifier ?? ''))),
  );
}

/** Every import of a room that breaks a rule, as `from -> to`. */
export function brokenImports(room: string): string[] {
  return sources(room).flatMap((path) =>
    importsOf(path)
      .filter((target) => !allowed(path, target))
      .map((target) => `${path} -> ${target}`),
  );
}

function allowed(path: string, target: string): boolean {
  const rule = rules.find(([room]) => room.test(path));
  const self = rule?.[0].exec(path)?.[1] ?? '';
  return !rule || new RegExp(rule[1].source.replaceAll('SELF', self)).test(target);
}

/** Circles of imports, each as the files on it. */
export function circles(): string[][] {
  const graph = new Map(rooms.flatMap(sources).map((path) => [path, importsOf(path)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push(way.slice(at));
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const broken = [...rooms.flatMap(brokenImports), ...circles().map((way) => `circle: ${way.join(' -> ')}`)];
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
