import { createHash } from 'node:crypto';
import { publicCell } from './names.ts';
import type { ClusterSettings } from './schema.ts';

/** The network of a cluster whose endpoint is not public. */
interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** The clusters of one network, or all whose endpoints are public. */
export interface CellSettings {
  readonly name: string;
  readonly network: Network | undefined;
  readonly clusters: readonly string[];
}

/** The cells of a configuration: clusters with the same subnets and security groups share one, in whatever order they are written. */
export function cellsOf(clusters: Readonly<Record<string, ClusterSettings>>): CellSettings[] {
  const cells = new Map<string, { network: Network | undefined; clusters: string[] }>();
  for (const [cluster, settings] of Object.entries(clusters)) {
    const network = networkOf(settings);
    const name = network ? nameOf(network) : publicCell;
    const cell = cells.get(name) ?? { network, clusters: [] };
    cell.clusters.push(cluster);
    cells.set(name, cell);
  }
  return [...cells].map(([name, cell]) => ({ name, ...cell }));
}

function networkOf({ network }: ClusterSettings): Network | undefined {
  if (!network) return undefined;
  return { subnets: network.subnets.toSorted(), securityGroups: network['security-groups'].toSorted() };
}

/** Six hexadecimal digits that say which network it is, the same in every deployment. */
function nameOf({ subnets, securityGroups }: Network): string {
  return createHash('sha256')
    .update([...subnets, '', ...securityGroups].join('\n'))
    .digest('hex')
    .slice(0, 6);
}
