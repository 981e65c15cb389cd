import type { Invariant } from '../contract.ts';
import { isOurUser } from '../principals.ts';
import { isCordoned, marksOf, type Scene } from '../scene.ts';

/** More than a third of a cluster, and more than two nodes, out of service at one time is no longer a precaution. */
const mostShare = 1 / 3;
const mostNodes = 2;

/** Voluntary work is done a few nodes at a time, whatever asks for it. */
export const voluntaryWorkIsBounded: Invariant = {
  name: 'voluntary-work-is-bounded',
  watch: (scene, violated) => {
    let told = false;
    return {
      request({ user, info, status }) {
        if (told || !isOurUser(user) || info.verb !== 'patch' || info.resource !== 'nodes' || status >= 300) return;
        const nodes = scene.cluster.store.list('nodes');
        const ours = nodes.filter(
          (node) => isCordoned(node) && marksOf(node).length > 0 && !isForced(scene, node.metadata.name),
        );
        if (ours.length <= Math.max(mostNodes, nodes.length * mostShare)) return;
        told = true;
        violated(`${ours.length} of ${nodes.length} nodes are cordoned for work that nothing forces`);
      },
    };
  },
};

function isForced(scene: Scene, node: string): boolean {
  const instance = scene.instanceOfNode(node);
  return instance?.state !== 'running' || scene.warnings.has(instance.instanceId);
}

/** Law 4: a node that has been emptied is finished, whatever holds the others of its run. */
export const emptiedNodesAreFinished: Invariant = {
  name: 'emptied-nodes-are-finished',
  watch: (scene, violated) => {
    /** Pods that the product evicted, by node. */
    const evicted = new Map<string, number>();
    return {
      request({ user, info, status, before }) {
        if (!isOurUser(user) || status >= 300) return;
        const node = (before?.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
        if (info.subresource === 'eviction') evicted.set(node, (evicted.get(node) ?? 0) + 1);
        if (info.verb !== 'patch' || info.resource !== 'nodes') return;
        const after = scene.cluster.store.get('nodes', undefined, info.name);
        if (!isCordoned(before) || isCordoned(after) || !evicted.has(info.name)) return;
        if (scene.instanceOfNode(info.name)?.state !== 'running' || scene.movablePods(info.name).length > 0) return;
        if (scene.pausedIn(scene.now() - 90_000, scene.now()) || scene.wasStopped(before)) return;
        violated(`${info.name} was uncordoned after ${evicted.get(info.name)} evictions had emptied it`);
      },
    };
  },
};
