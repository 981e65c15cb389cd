import { clustersByTags } from '../../../shared/domain/clusters-by-tags.ts';
import { plural } from '../../../shared/domain/plural.ts';
import type { Finding } from '../contract.ts';

/** An instance of the cluster that intake would not know as such by its tags: its events would start nothing there. */
export interface Stray {
  readonly instanceId: string;
  readonly code: 'InstanceUntagged' | 'ClusterAmbiguous' | 'ClusterNotNamed';
  /** Those that its tags name. */
  readonly clusters: readonly string[];
}

/** Instances in one finding: an id is 19 characters long, and evidence and command have an end. */
const most = { evidence: 12, fix: 40 } as const;

/** What intake would say of the tags of an instance whose node is in the cluster; undefined when they are as they should be. */
export function strayOf(
  { instanceId, tags }: { readonly instanceId: string; readonly tags: Readonly<Record<string, string>> },
  cluster: string,
): Stray | undefined {
  const clusters = clustersByTags(tags);
  const [first, ...others] = clusters;
  if (first === undefined) return { instanceId, code: 'InstanceUntagged', clusters };
  if (others.length > 0) return { instanceId, code: 'ClusterAmbiguous', clusters };
  return first === cluster ? undefined : { instanceId, code: 'ClusterNotNamed', clusters };
}

/** A finding for all instances of which the same is to be said. */
export function ofStrays(cluster: string, strays: readonly Stray[]): Finding[] {
  const alike = Map.groupBy(strays, ({ code, clusters }) => [code, ...clusters].join(' '));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const ids = group.map(({ instanceId }) => instanceId);
    const tagged = first.clusters.length > 0 ? `, tagged for ${first.clusters.join(', ')}` : '';
    const more = ids.length > most.evidence ? ` and ${ids.length - most.evidence} more` : '';
    const named = `${ids.slice(0, most.evidence).join(' ')}${more}`;
    const evidence = `${plural(ids.length, 'instance')} of ${cluster}${tagged}: ${named}`.slice(0, 500);
    return [
      { code: first.code, about: first.instanceId, evidence, fix: fixOf(cluster, first, ids.slice(0, most.fix)) },
    ];
  });
}

function fixOf(cluster: string, { code, clusters, instanceId }: Stray, ids: readonly string[]): string {
  const tag = (name: string) => `Key=kubernetes.io/cluster/${name}`;
  switch (code) {
    case 'InstanceUntagged':
      return `aws ec2 create-tags --resources ${ids.join(' ')} --tags ${tag(cluster)},Value=owned`;
    case 'ClusterAmbiguous': {
      const others = clusters.filter((name) => name !== cluster);
      return `aws ec2 delete-tags --resources ${ids.join(' ')} --tags ${others.map(tag).join(' ')}`;
    }
    case 'ClusterNotNamed':
      return `aws ec2 describe-tags --filters Name=resource-id,Values=${instanceId}; correct those that name ${clusters.join(', ')}`;
  }
}
