import { CoreV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/CoreV1Api.js';
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import type { EvictionAnswer } from '../domain/eviction.ts';
import { ApiUnavailableError } from '../runtime/errors.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { ClusterApi } from './cluster-api.ts';
import { podFacts, type WirePod } from './facts.ts';
import { listAll, nextPage, page, type Session } from './lists.ts';
import { evictionAnswer } from './status-errors.ts';

/** Up to so many nodes, their pods are listed node by node. */
const fewNodes = 3;
/** Lists at the same time. */
const inFlight = 8;

export function podCalls(session: Session): Pick<ClusterApi, 'listPods' | 'evict' | 'deletePod'> {
  const core = new CoreV1ApiRequestFactory(session.connection.configuration);
  return {
    async listPods(nodeNames) {
      const wanted = new Set(nodeNames);
      const pods =
        nodeNames.length <= fewNodes
          ? (await Promise.all(nodeNames.map((name) => podsOf(session, core, name)))).flat()
          : await podsOfMany(session, core, nodeNames);
      return pods.map(podFacts).filter((pod) => wanted.has(pod.nodeName));
    },

    async evict(pod, gracePeriodSeconds) {
      const metadata = { name: pod.name, namespace: pod.namespace };
      const deleteOptions = {
        preconditions: { uid: pod.uid },
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      };
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions };
      const context = await core.createNamespacedPodEviction(pod.name, pod.namespace, body);
      return await answered(session, context, `evict pod ${pod.namespace}/${pod.name}`);
    },

    async deletePod(pod, gracePeriodSeconds) {
      const body = { gracePeriodSeconds, preconditions: { uid: pod.uid } };
      const none = undefined;
      const context = await core.deleteNamespacedPod(pod.name, pod.namespace, none, none, none, none, none, none, body);
      return await answered(session, context, `delete pod ${pod.namespace}/${pod.name}`);
    },
  };
}

function podsOf(session: Session, core: CoreV1ApiRequestFactory, nodeName: string): Promise<WirePod[]> {
  const request = (token: string | undefined) =>
    core.listPodForAllNamespaces(undefined, token, `spec.nodeName=${nodeName}`, undefined, page);
  return listAll<WirePod>(session, request, `list pods of node ${nodeName}`);
}

/** All pods in pages, or node by node, whichever is fewer calls. */
async function podsOfMany(
  session: Session,
  core: CoreV1ApiRequestFactory,
  nodeNames: readonly string[],
): Promise<WirePod[]> {
  const request = (token: string | undefined) =>
    core.listPodForAllNamespaces(undefined, token, undefined, undefined, page);
  const first = await nextPage<WirePod>(session, request, 'list pods', undefined);
  const pagesLeft = Math.ceil((first.metadata?.remainingItemCount ?? 0) / page);
  if (pagesLeft <= nodeNames.length) return await listAll<WirePod>(session, request, 'list pods', first);
  return (await inParallel(nodeNames, inFlight, (name) => podsOf(session, core, name), session.signal)).flat();
}

/** A connection that breaks says nothing about the pod: the next round asks again. */
async function answered(
  { connection, signal }: Session,
  context: RequestContext,
  what: string,
): Promise<EvictionAnswer> {
  try {
    return evictionAnswer(await connection.send(context, what, signal), what);
  } catch (error) {
    if (error instanceof ApiUnavailableError) return { kind: 'Unavailable', message: error.message };
    throw error;
  }
}
