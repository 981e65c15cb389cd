import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

type Manifest = Record<string, unknown> & { kind: string; metadata: { name: string } };

/** The parts of a world file that scenarios change. */
interface EditableWorld {
  readonly groups: Record<string, unknown>[];
  readonly manifests: { readonly demo: Manifest[] };
}

const demo = join(import.meta.dirname, '..', '..', 'sandbox', 'worlds', 'demo.yaml');

/** A file of the demo world with changes; gives back its path. */
export function demoWorldWith(change: (world: EditableWorld) => void): string {
  const world = parse(readFileSync(demo, 'utf8')) as EditableWorld;
  change(world);
  const path = join(mkdtempSync(join(tmpdir(), 'eks-steward-world-')), 'world.yaml');
  writeFileSync(path, stringify(world));
  return path;
}

/** The demo world whose Spot group has these settings besides its own. */
export function withSpotGroup(settings: Record<string, unknown>): string {
  return demoWorldWith(({ groups }) => {
    Object.assign(groups.find(({ name }) => name === 'demo-spot') ?? {}, settings);
  });
}

/** The demo world whose administrator applied a ClusterRole of ours that lacks evictions. */
export function withNarrowRights(): string {
  return demoWorldWith(({ manifests }) => {
    manifests.demo.push({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'eks-steward:drainer' },
      rules: [{ apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'patch'] }],
    });
  });
}
