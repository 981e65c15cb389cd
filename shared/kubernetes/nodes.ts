import { CoreV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/CoreV1Api.js';
import type { NodeChange, NodeFacts } from '../domain/node.ts';
import type { ClusterApi } from './cluster-api.ts';
import { nodeFacts, type WireNode } from './facts.ts';
import { listAll, page, type Session } from './lists.ts';
import { errorOf } from './status-errors.ts';

export function nodeCalls(session: Session): Pick<ClusterApi, 'getNode' | 'listNodes' | 'changeNode'> {
  const { connection, signal } = session;
  const core = new CoreV1ApiRequestFactory(connection.configuration);
  return {
    async getNode(name) {
      const node = await connection.read<WireNode>(() => core.readNode(name), `get node ${name}`, signal);
      return node && nodeFacts(node);
    },

    async listNodes() {
      const request = (token: string | undefined) =>
        core.listNode(undefined, undefined, token, undefined, undefined, page);
      return (await listAll<WireNode>(session, request, 'list nodes')).map(nodeFacts);
    },

    async changeNode(node, change) {
      const context = await core.patchNode(node.name, patchOf(node, change));
      context.setHeaderParam('Content-Type', 'application/merge-patch+json');
      const what = `patch node ${node.name}`;
      const answer = await connection.send(context, what, signal);
      if (answer.code < 300) return 'Changed';
      if (answer.code === 404) return 'Gone';
      if (answer.code === 409) return 'Conflict';
      throw errorOf(answer, what);
    },
  };
}

/** A merge patch that only applies to the very object that was read (409 otherwise). */
function patchOf(node: NodeFacts, { unschedulable, taints, labels, annotations }: NodeChange): object {
  const spec = { ...(unschedulable !== undefined && { unschedulable }), ...(taints && { taints }) };
  const { uid, resourceVersion } = node;
  return {
    metadata: { uid, resourceVersion, ...(labels && { labels }), ...(annotations && { annotations }) },
    ...(Object.keys(spec).length > 0 && { spec }),
  };
}
