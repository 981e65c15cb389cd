import { forceDeleteRight, rightInWords } from '../../../shared/domain/right.ts';
import { AccessDeniedError } from '../../../shared/runtime/errors.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { stopWhenPaused } from '../../../shared/workflow/pause.ts';
import {
  because,
  type InputOf,
  type NeedsOf,
  nodeReplacement,
  type OutputOf,
  type Reason,
  reasons as sentences,
  type Target,
} from '../contract.ts';
import { cordonChange, isCordonedBy } from '../core/node-changes.ts';
import { resolvePolicy } from '../core/policy.ts';
import { forceDeletesDenied, neededRights } from '../core/rights.ts';
import { changeNode } from '../nodes/change-node.ts';
import { readNodes } from '../nodes/find-nodes.ts';

type Ports = PortsOf<NeedsOf<'cordonNodes'>>;
type Cluster = Awaited<ReturnType<Ports['cluster']>>;

/** Writes in flight to one cluster; the API server gives an identity like ours some 50 seats. */
const inFlight = 32;

/**
 * Cordons every node of the batch before the first eviction, so that no pod moves from one lost node to the next. A dry run
 * only looks at our rights.
 *
 * @throws PausedError before the first of them
 * @throws AccessDeniedError naming the rights that the cluster does not give us
 */
export function cordonNodes(ports: Ports) {
  return async (input: InputOf<'cordonNodes'>): Promise<OutputOf<'cordonNodes'>> => {
    const { cluster: name, execution, targets, why, dryRun } = input;
    if (!dryRun) await stopWhenPaused(ports);
    const api = await ports.cluster(name);
    const [denied, nodes] = await Promise.all([checkRights(ports, api, input), readNodes(api, targets)]);
    if (dryRun) return { reasons: denied };
    const gone = await inParallel(targets, inFlight, async (target): Promise<Reason[]> => {
      const node = nodes.get(target.nodeName);
      const answer = node
        ? await changeNode(api, node, (latest) =>
            isCordonedBy(latest, execution) ? undefined : cordonChange(latest, execution),
          )
        : 'Gone';
      if (answer === 'Changed') await api.recordEvent(nodeReference(target), cordonEvent(target, execution, why));
      // A node that is gone stays a target: its instance is still to be ended, and its case to be closed.
      return answer === 'Gone' ? [because('NodeGone', target.nodeName)] : [];
    });
    return { reasons: [...denied, ...gone.flat()] };
  };
}

/** A missing rule of RBAC is found before the first write, and named. Says whose pods we may not delete as policy would. */
async function checkRights(
  ports: Ports,
  api: Cluster,
  { cluster: name, targets }: InputOf<'cordonNodes'>,
): Promise<Reason[]> {
  const missing = await api.missingRights([...neededRights, forceDeleteRight]);
  const words = missing.filter((right) => right !== forceDeleteRight).map(rightInWords);
  if (words.length > 0)
    throw new AccessDeniedError(`cluster ${name} does not let eks-steward ${words.join('; ')}`, words);
  if (missing.length === 0) return [];
  const policy = (await ports.settings.cluster(name))['node-replacement'];
  const resolved = targets.map(({ nodeName, cause, group }) => ({
    nodeName,
    policy: resolvePolicy(policy, cause, group),
  }));
  return forceDeletesDenied(missing, resolved);
}

function nodeReference(target: Target) {
  return { kind: 'Node', namespace: '', name: target.nodeName, uid: target.nodeUid } as const;
}

function cordonEvent(target: Target, execution: string, why: string) {
  const words = target.interrupted ? sentences.InterruptionDeadline : why;
  return {
    type: 'Normal',
    reason: 'StewardCordoned',
    message: `cordoned for ${target.cause}${words && `: ${words}`} (${execution})`,
  } as const;
}

export const handler = defineTask(nodeReplacement.tasks.cordonNodes, { settings, cluster }, cordonNodes);
