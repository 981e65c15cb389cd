import type { KubeObject, Pod } from '../../kubernetes/types/objects.ts';
import type { Group } from '../../services/autoscaling/group.ts';
import { type Instance, privateDnsName } from '../../services/ec2/instance.ts';
import type { Stage } from '../contract.ts';

/** One of the choices; the same number finds the same one as long as the choices stay. */
export function choose<Choice>(choices: readonly Choice[], which: number): Choice | undefined {
  return choices[Math.floor(which * choices.length)];
}

/** Running instances of the cluster, in the order of their launch. */
export function instancesOf({ sandbox, cluster }: Stage): Instance[] {
  return sandbox.world.fleet
    .all()
    .filter(({ state, tags }) => state === 'running' && tags.has(`kubernetes.io/cluster/${cluster.name}`));
}

/** Spot instances that can be interrupted. */
export function spotOf(stage: Stage): Instance[] {
  return instancesOf(stage).filter(({ spot, interrupted }) => spot && !interrupted);
}

export function nodeOf({ cluster }: Stage, instance: Instance): KubeObject | undefined {
  return cluster.store.get('nodes', undefined, privateDnsName(instance));
}

/** Nodes in the order of their names. */
export function nodesOf({ cluster }: Stage): KubeObject[] {
  return cluster.store.list('nodes');
}

/** Groups of the world file, by which people know them. */
export function groupsOf({ sandbox }: Stage): Group[] {
  return [...sandbox.world.groups.all()];
}

/** Pods that a person would touch: not of the system, not on their way out. */
export function podsOf({ cluster }: Stage): Pod[] {
  return cluster.store
    .list('pods')
    .filter(({ metadata }) => metadata.namespace !== 'kube-system' && metadata.deletionTimestamp === undefined);
}

/** What the API server's own handlers need. */
export function contextOf({ sandbox, cluster }: Stage) {
  return { store: cluster.store, clock: sandbox.clock, random: sandbox.cloud.random };
}
