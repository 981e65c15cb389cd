import type { ClusterSettings } from '../../../shared/config/schema.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { because, type PlannedPod, type Target } from '../contract.ts';
import { classifyPod } from '../core/classify-pod.ts';
import { emptyMemory, podName } from '../core/drain-memory.ts';
import { planRound } from '../core/plan-round.ts';
import { nodeDrain, resolvePolicy } from '../core/policy.ts';

/** What the first round of the drain would do to each pod. Reads only, and decides with the same core as the drain. */
export async function planDrain(
  clock: Clock,
  cluster: Pick<ClusterApi, 'listPods' | 'listBudgets'>,
  settings: ClusterSettings,
  targets: readonly Target[],
): Promise<PlannedPod[]> {
  const policy = settings['node-replacement'];
  const nodes = new Map(
    targets.map((target) => [target.nodeName, nodeDrain(target, resolvePolicy(policy, target.cause, target.group))]),
  );
  const [pods, budgets] = await Promise.all([cluster.listPods([...nodes.keys()]), cluster.listBudgets()]);
  const protectedNamespaces = policy['protected-namespaces'];
  const round = planRound({ now: clock.now(), nodes, pods, budgets, memory: emptyMemory, protectedNamespaces });
  const steps = round.steps.map(({ action, pod, gracePeriodSeconds, reasons }) => ({
    pod: `${pod.namespace}/${pod.name}`,
    node: pod.nodeName,
    action,
    gracePeriodSeconds: gracePeriodSeconds ?? pod.gracePeriodSeconds,
    reasons: [...reasons],
  }));
  const waiting = round.waiting.map(({ pod, reason }) => ({
    pod: `${pod.namespace}/${pod.name}`,
    node: pod.nodeName,
    action: 'Wait' as const,
    reasons: [reason],
  }));
  const staying = pods
    .filter((pod) => classifyPod(pod) === 'Stays')
    .map((pod) => ({
      pod: `${pod.namespace}/${pod.name}`,
      node: pod.nodeName,
      action: 'Keep' as const,
      reasons: [because('PodBelongsToNode', podName(pod))],
    }));
  return [...steps, ...waiting, ...staying];
}
