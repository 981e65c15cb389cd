import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';

/** Up to so many nodes are read one by one; more are cheaper as one paged list. */
const oneByOne = 3;

/**
 * The nodes of these instances. A name is only a hint: the node counts when its providerID names the instance, because a
 * new instance may have taken the name.
 */
export async function findNodes(
  cluster: Pick<ClusterApi, 'getNode' | 'listNodes'>,
  wanted: readonly { readonly instanceId: string; readonly nodeName?: string | undefined }[],
): Promise<Map<string, NodeFacts>> {
  const found = new Map<string, NodeFacts>();
  const keep = (node: NodeFacts | undefined) => node?.instanceId !== undefined && found.set(node.instanceId, node);
  if (wanted.length <= oneByOne && wanted.every(({ nodeName }) => nodeName !== undefined)) {
    for (const node of await Promise.all(wanted.map(({ nodeName }) => cluster.getNode(nodeName ?? '')))) keep(node);
    if (wanted.every(({ instanceId }) => found.has(instanceId))) return found;
  }
  for (const node of await cluster.listNodes()) keep(node);
  return found;
}

/** The nodes of these targets as they are now; a node that is gone, or whose name another one has, is left out. */
export async function readNodes(
  cluster: Pick<ClusterApi, 'getNode' | 'listNodes'>,
  targets: readonly { readonly nodeName: string; readonly nodeUid: string }[],
): Promise<Map<string, NodeFacts>> {
  const nodes =
    targets.length <= oneByOne
      ? await Promise.all(targets.map(({ nodeName }) => cluster.getNode(nodeName)))
      : await cluster.listNodes();
  const byUid = new Map(nodes.flatMap((node) => (node ? [[node.uid, node] as const] : [])));
  return new Map(
    targets.flatMap(({ nodeName, nodeUid }) => {
      const node = byUid.get(nodeUid);
      return node ? [[nodeName, node] as const] : [];
    }),
  );
}
