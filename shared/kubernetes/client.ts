import { AuthorizationV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/AuthorizationV1Api.js';
import { CoreV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/CoreV1Api.js';
import { PolicyV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/PolicyV1Api.js';
import { StorageV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/StorageV1Api.js';
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import type { EvictionAnswer } from '../domain/eviction.ts';
import type { NodeChange, NodeFacts } from '../domain/node.ts';
import type { Right } from '../domain/right.ts';
import type { Clock } from '../runtime/clock.ts';
import { ApiUnavailableError, TaskError } from '../runtime/errors.ts';
import { inParallel } from '../runtime/parallel.ts';
import { logger } from '../runtime/telemetry.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { Connection } from './connection.ts';
import { budgetFacts, nodeFacts, podFacts, type WireBudget, type WireNode, type WirePod } from './facts.ts';
import { errorOf, evictionAnswer } from './status-errors.ts';

interface WireList<Item> {
  readonly items: readonly Item[];
  readonly metadata?: { readonly continue?: string; readonly remainingItemCount?: number };
}

interface WireAttachment {
  readonly spec?: { readonly nodeName?: string };
}

interface WireRules {
  readonly status?: {
    readonly resourceRules?: readonly {
      readonly verbs: readonly string[];
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
      readonly resourceNames?: readonly string[];
    }[];
  };
}

/** Items in one page of a list, as kubectl asks for. */
const page = 500;
/** Up to so many nodes, their pods are listed node by node. */
const fewNodes = 3;

/** Everything that we ask of one cluster, through client-node's request builders. */
export function clusterClient(connection: Connection, clock: Clock, signal?: AbortSignal): ClusterApi {
  const core = new CoreV1ApiRequestFactory(connection.configuration);
  const policy = new PolicyV1ApiRequestFactory(connection.configuration);
  const storage = new StorageV1ApiRequestFactory(connection.configuration);
  const authorization = new AuthorizationV1ApiRequestFactory(connection.configuration);

  const listAll = async <Item>(
    build: (token: string | undefined) => Promise<RequestContext>,
    what: string,
    first?: WireList<Item>,
  ): Promise<Item[]> => {
    const items: Item[] = [...(first?.items ?? [])];
    let token = first?.metadata?.continue;
    while (first === undefined || token) {
      const from = token;
      const list = await connection.read<WireList<Item>>(() => build(from), what, signal);
      items.push(...(list?.items ?? []));
      token = list?.metadata?.continue;
      if (!token) break;
    }
    return items;
  };

  const podsOf = (nodeName: string) =>
    listAll<WirePod>(
      (token) => core.listPodForAllNamespaces(undefined, token, `spec.nodeName=${nodeName}`, undefined, page),
      `list pods of node ${nodeName}`,
    );

  /** All pods in pages, or node by node, whichever is fewer calls. */
  const podsOfMany = async (nodeNames: readonly string[]): Promise<WirePod[]> => {
    const all = (token: string | undefined) =>
      core.listPodForAllNamespaces(undefined, token, undefined, undefined, page);
    const first = await connection.read<WireList<WirePod>>(() => all(undefined), 'list pods', signal);
    const pagesLeft = Math.ceil((first?.metadata?.remainingItemCount ?? 0) / page);
    if (pagesLeft > nodeNames.length) return (await inParallel(nodeNames, 8, podsOf, signal)).flat();
    return await listAll<WirePod>(all, 'list pods', first ?? { items: [] });
  };

  return {
    async missingRights(needed) {
      const body = { spec: { namespace: 'default' } };
      const review = await connection.read<WireRules>(
        () => authorization.createSelfSubjectRulesReview(body),
        'create selfsubjectrulesreviews.authorization.k8s.io',
        signal,
      );
      return needed.filter((right) => !grants(review, right));
    },

    async getNode(name) {
      const node = await connection.read<WireNode>(() => core.readNode(name), `get node ${name}`, signal);
      return node && nodeFacts(node);
    },

    async listNodes() {
      const nodes = await listAll<WireNode>(
        (token) => core.listNode(undefined, undefined, token, undefined, undefined, page),
        'list nodes',
      );
      return nodes.map(nodeFacts);
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

    async listPods(nodeNames) {
      const wanted = new Set(nodeNames);
      const pods =
        nodeNames.length <= fewNodes ? (await Promise.all(nodeNames.map(podsOf))).flat() : await podsOfMany(nodeNames);
      return pods.map(podFacts).filter((pod) => wanted.has(pod.nodeName));
    },

    async listBudgets() {
      const budgets = await listAll<WireBudget>(
        (token) => policy.listPodDisruptionBudgetForAllNamespaces(undefined, token, undefined, undefined, page),
        'list poddisruptionbudgets.policy',
      );
      return budgets.map(budgetFacts);
    },

    async evict(pod, gracePeriodSeconds) {
      const what = `evict pod ${pod.namespace}/${pod.name}`;
      const metadata = { name: pod.name, namespace: pod.namespace };
      const deleteOptions = {
        preconditions: { uid: pod.uid },
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      };
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions };
      const context = await core.createNamespacedPodEviction(pod.name, pod.namespace, body);
      return await answered(() =>
        connection.send(context, what, signal).then((answer) => evictionAnswer(answer, what)),
      );
    },

    async deletePod(pod, gracePeriodSeconds) {
      const what = `delete pod ${pod.namespace}/${pod.name}`;
      const body = { gracePeriodSeconds, preconditions: { uid: pod.uid } };
      const none = undefined;
      const context = await core.deleteNamespacedPod(pod.name, pod.namespace, none, none, none, none, none, none, body);
      return await answered(() =>
        connection.send(context, what, signal).then((answer) => evictionAnswer(answer, what)),
      );
    },

    async countVolumes(nodeNames) {
      const attachments = await listAll<WireAttachment>(
        (token) => storage.listVolumeAttachment(undefined, undefined, token, undefined, undefined, page),
        'list volumeattachments.storage.k8s.io',
      );
      const wanted = new Set(nodeNames);
      const counts = new Map<string, number>();
      for (const { spec } of attachments) {
        const name = spec?.nodeName ?? '';
        if (wanted.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return counts;
    },

    async recordEvent(about, { type, reason, message }) {
      const namespace = about.namespace || 'default';
      const now = new Date(clock.now());
      const involvedObject = {
        apiVersion: 'v1',
        kind: about.kind,
        name: about.name,
        // kubelet and kubectl know a Node's events by its name in this field (kubernetes pkg/kubelet nodeRef).
        uid: about.kind === 'Node' ? about.name : about.uid,
        ...(about.kind === 'Pod' && { namespace: about.namespace }),
      };
      const body = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { generateName: `${about.name.slice(0, 200)}.`, namespace },
        involvedObject,
        type,
        reason,
        message: message.slice(0, 1_024),
        source: { component: 'eks-steward' },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      };
      const what = `create event for ${about.kind} ${about.name}`;
      try {
        const context = await core.createNamespacedEvent(namespace, body);
        const answer = await connection.send(context, what, signal);
        if (answer.code >= 300) logger.warn('event not recorded', { what, code: answer.code });
      } catch (error) {
        if (!(error instanceof TaskError)) throw error;
        logger.warn('event not recorded', { what, error });
      }
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

/** A connection that breaks says nothing about the pod: the next round asks again. */
async function answered(call: () => Promise<EvictionAnswer>): Promise<EvictionAnswer> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiUnavailableError) return { kind: 'Unavailable', message: error.message };
    throw error;
  }
}

function grants(review: WireRules | undefined, { verb, group, resource }: Right): boolean {
  const has = (list: readonly string[] | undefined, wanted: string) => list?.includes('*') || list?.includes(wanted);
  return (review?.status?.resourceRules ?? []).some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, resource) &&
      (rule.resourceNames?.length ?? 0) === 0,
  );
}
