import type { Group, GroupTag } from '../services/autoscaling/group.ts';
import { groupOf } from '../services/autoscaling/group-operations.ts';
import type { LaunchTemplates } from '../services/ec2/launch-templates.ts';
import type { NodeConfig } from './instances.ts';

/** What a group is to be that no person makes from a launch template of theirs. */
export interface NewGroup extends Pick<Group, 'name' | 'min' | 'max' | 'desired' | 'zones' | 'capacityRebalance'> {
  readonly instanceType: string;
  readonly spot: boolean;
  readonly tags: ReadonlyMap<string, GroupTag>;
  readonly node: NodeConfig;
}

/** A group with a launch template of its own, which has the same name. */
export function newGroup(templates: LaunchTemplates, { instanceType, spot, tags, node, ...given }: NewGroup) {
  const { name } = given;
  const template = templates.add({ name, imageId: 'ami-0123456789abcdef0', instanceType, spot, tags: {}, node });
  return groupOf({ ...given, template, tags: new Map(tags) });
}

/** Of self-managed nodes (EKS user guide). */
export function clusterTags(cluster: string): ReadonlyMap<string, GroupTag> {
  return new Map([[`kubernetes.io/cluster/${cluster}`, { value: 'owned', propagate: true }]]);
}
