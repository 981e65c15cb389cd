import type { Pod } from '../../../sandbox/kubernetes/types/objects.ts';
import type { WitnessedRequest } from '../../../sandbox/witness.ts';
import type { Invariant } from '../contract.ts';
import type { Scene } from '../scene.ts';

/** A pod that the product asked to go, with what it asked. */
interface Removal {
  readonly pod: Pod;
  readonly node: string;
  readonly name: string;
  readonly evicted: boolean;
  readonly uid: string | undefined;
}

/** A removal that the API server did, not one that it refused. */
function removalOf({ info, status, before, body }: WitnessedRequest): Removal | undefined {
  const evicted = info.verb === 'create' && info.subresource === 'eviction';
  const deleted = info.verb === 'delete' && info.subresource === '';
  if (info.resource !== 'pods' || !(evicted || deleted) || status >= 300 || !before) return undefined;
  const given = body.length > 0 ? (JSON.parse(body.toString()) as Options & { deleteOptions?: Options }) : {};
  const { preconditions } = evicted ? (given.deleteOptions ?? {}) : given;
  const pod = before as Pod;
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  return { pod, node: pod.spec.nodeName ?? '', name, evicted, uid: preconditions?.uid };
}

interface Options {
  readonly preconditions?: { readonly uid?: string };
}

/** Law 5, and "never deletes a pod of a node that it does not mean". */
export const onlySubjectsAreDrained: Invariant = {
  name: 'only-subjects-are-drained',
  watch: (scene, violated) => ({
    request(request) {
      const removal = removalOf(request);
      if (!removal) return;
      const { name, node, uid } = removal;
      if (uid !== removal.pod.metadata.uid) violated(`${name} was asked to go without its UID`);
      const instance = scene.instanceOfNode(node);
      if (!instance || !scene.mayBeDrained(instance.instanceId))
        violated(`${name} was asked to go from ${node || 'no node'}, which nobody meant`);
    },
  }),
};

/** Only a deadline is a reason to delete a pod past its budget. */
export const onlyDeadlinesForce: Invariant = {
  name: 'only-deadlines-force',
  watch: (scene, violated) => ({
    request(request) {
      const removal = removalOf(request);
      if (!removal || removal.evicted) return;
      const id = scene.instanceOfNode(removal.node)?.instanceId ?? '';
      const state = scene.instance(id)?.state;
      if (!scene.warnings.has(id) && state === 'running')
        violated(`${removal.name} was deleted past its budget from ${removal.node}, which has no deadline`);
    },
  }),
};

/** Law 6: pods that come back to the node are evicted once, and then left and named (faults.md K6). */
export const podsAreNotHunted: Invariant = {
  name: 'pods-are-not-hunted',
  watch: (scene, violated) => {
    const removals = new Map<string, number>();
    const most = new Map<string, number>();
    return {
      request(request) {
        const removal = removalOf(request);
        if (!removal?.evicted) return;
        const [owner] = removal.pod.metadata.ownerReferences ?? [];
        const instance = scene.instanceOfNode(removal.node)?.instanceId ?? removal.node;
        const key = `${instance} ${owner?.uid ?? removal.name}`;
        const count = (removals.get(key) ?? 0) + 1;
        removals.set(key, count);
        const there = scene.cluster.store
          .podsOnNode(removal.node)
          .filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner?.uid).length;
        most.set(key, Math.max(most.get(key) ?? 1, there));
        // Eviction of a pod that is on its way out already is answered as if it had done something.
        if (count === 2 * (most.get(key) ?? 1) + 1)
          violated(`pods of ${owner?.name ?? removal.name} were evicted ${count} times from ${removal.node}`);
      },
    };
  },
};

/** Who works on a node says so on it; another one may begin when it has ended. */
export const oneDrainANode: Invariant = {
  name: 'one-drain-a-node',
  watch: (scene, violated) => {
    const last = new Map<string, string>();
    return {
      request(request) {
        const removal = removalOf(request);
        if (!removal) return;
        const run = scene.runOn(removal.node);
        const before = last.get(removal.node);
        if (run === undefined) return;
        last.set(removal.node, run);
        if (before !== undefined && before !== run && isRunning(scene, before))
          violated(`${run} drains ${removal.node} while ${before} does`);
      },
    };
  },
};

function isRunning({ sandbox }: Scene, execution: string): boolean {
  return sandbox.states.executions().some(({ name, status }) => name === execution && status === 'RUNNING');
}
