import type { NodeChange, NodeFacts } from '../../../shared/domain/node.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import { ApiUnavailableError } from '../../../shared/runtime/errors.ts';

/** The kubelet writes to the same object; so many lost races in a row mean that something else is wrong. */
const attempts = 5;

/**
 * Changes the node by what `change` says of its latest state, until no other writer came between. `change` gives undefined
 * when nothing is to be done. Never touches a successor of the same name.
 *
 * @returns `Gone` when the node with this UID is no more
 * @throws ApiUnavailableError after five conflicts in a row
 */
export async function changeNode(
  cluster: Pick<ClusterApi, 'getNode' | 'changeNode'>,
  first: NodeFacts,
  change: (node: NodeFacts) => NodeChange | undefined,
): Promise<'Changed' | 'Unchanged' | 'Gone'> {
  let node: NodeFacts | undefined = first;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const wanted = change(node);
    if (!wanted) return 'Unchanged';
    const answer = await cluster.changeNode(node, wanted);
    if (answer !== 'Conflict') return answer;
    node = await cluster.getNode(first.name);
    if (node?.uid !== first.uid) return 'Gone';
  }
  throw new ApiUnavailableError(`node ${first.name} changed ${attempts} times while it was being written`);
}
