import type { Groups } from '../../../shared/aws/groups.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import { because, type Reason } from '../contract.ts';
import { classifyPod } from '../core/classify-pod.ts';
import { nodesLaunchedSince, planShrink, type ShrinkPlan } from '../core/size-group.ts';
import { instanceSubject } from '../core/targets.ts';
import { type ResizePorts, resizeGroup } from './resize-group.ts';

export interface ShrinkPorts extends ResizePorts {
  readonly cases: Pick<Cases, 'claim' | 'close'>;
  readonly groups: Pick<Groups, 'describe' | 'setDesired' | 'terminate'>;
}

/** The run whose replacements are taken back, and the cluster as it was just seen. */
export interface Shrinking {
  readonly cluster: string;
  readonly execution: string;
  readonly api: Pick<ClusterApi, 'listPods'>;
  readonly nodes: readonly NodeFacts[];
  /** Replacements were launched after this. Epoch milliseconds. */
  readonly since: number;
}

/**
 * Takes back the replacements of these instances, once for each execution and group: what was not launched is counted down,
 * an instance without work ends, and one that carries pods is kept.
 */
export async function shrinkGroup(
  ports: ShrinkPorts,
  run: Shrinking,
  group: GroupFacts,
  instanceIds: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Reason[]> {
  const { execution, nodes } = run;
  const launched = await launchedSince(run, group);
  const known = new Set(nodes.map(({ instanceId }) => instanceId));
  let plan: ShrinkPlan = { terminate: [], desired: undefined, reasons: [] };
  const { reasons } = await resizeGroup(
    ports,
    { execution, group: group.name, direction: 'Back', interrupted: false },
    (latest) => {
      const notJoined = latest.instances
        .filter(({ instanceId }) => !known.has(instanceId) && !instanceIds.includes(instanceId))
        .map(({ instanceId }) => ({ instanceId, carriesPods: false }));
      plan = planShrink(latest, instanceIds.length, [...notJoined, ...launched]);
      return { to: plan.desired ?? latest.desired, instanceIds, reasons: plan.reasons };
    },
    signal,
  );
  const left: Reason[] = [];
  for (const instanceId of plan.terminate) {
    const claim = await claimAsHandled(ports, run, instanceId);
    if (claim.claimed) await ports.groups.terminate(instanceId, true);
    else left.push(because('JoinedOtherExecution', instanceId, claim.holder ?? ''));
  }
  return [...reasons, ...left];
}

/** The replacements that have joined, and whether pods have started on them. */
async function launchedSince({ api, nodes, since }: Shrinking, group: GroupFacts) {
  const launched = nodesLaunchedSince(group, nodes, since);
  const pods = launched.length > 0 ? await api.listPods(launched.map(({ name }) => name)) : [];
  const busy = new Set(pods.filter((pod) => classifyPod(pod) !== 'Stays').map(({ nodeName }) => nodeName));
  return launched.map((node) => ({ instanceId: node.instanceId ?? '', carriesPods: busy.has(node.name) }));
}

/** EC2 will tell us of the end of this instance; its case says that it is our own doing, unless others are at work on it. */
async function claimAsHandled({ cases }: ShrinkPorts, { cluster, execution }: Shrinking, instanceId: string) {
  const subject = instanceSubject(instanceId);
  const claim = await cases.claim({ subject, cluster, cause: 'Manual', interrupted: false, endsAt: null }, execution);
  if (claim.claimed) await cases.close(subject, execution, 'Drained');
  return claim;
}
