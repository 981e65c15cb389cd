import type { Reason } from '../contract.ts';
import { classifyPod } from '../core/classify-pod.ts';
import { nodesLaunchedSince, planShrink, type ShrinkPlan } from '../core/size-group.ts';
import type { Ports } from '../ports.ts';
import { resizeGroup } from './resize-group.ts';

/**
 * Takes back the replacements of these instances, once for each execution and group: what was not launched is counted down,
 * an instance without work ends, and one that carries pods is kept.
 */
export async function shrinkGroup(
  ports: Ports,
  run: { readonly cluster: string; readonly execution: string },
  group: string,
  instanceIds: readonly string[],
  since: number,
): Promise<readonly Reason[]> {
  const cluster = await ports.cluster(run.cluster);
  const nodes = await cluster.listNodes();
  let plan: ShrinkPlan = { terminate: [], desired: undefined, reasons: [] };
  const launched = nodesLaunchedSince(
    (await ports.groups.describe([group])).get(group) ?? noGroup(group),
    nodes,
    since,
  );
  const pods = launched.length > 0 ? await cluster.listPods(launched.map(({ name }) => name)) : [];
  const busy = new Set(pods.filter((pod) => classifyPod(pod) !== 'Stays').map(({ nodeName }) => nodeName));
  const known = new Set(nodes.map(({ instanceId }) => instanceId));
  const { reasons } = await resizeGroup(ports, { execution: run.execution, group, direction: 'Back' }, (latest) => {
    const joined = launched.map((node) => ({ instanceId: node.instanceId ?? '', carriesPods: busy.has(node.name) }));
    const notJoined = latest.instances
      .filter(({ instanceId }) => !known.has(instanceId) && !instanceIds.includes(instanceId))
      .map(({ instanceId }) => ({ instanceId, carriesPods: false }));
    plan = planShrink(latest, instanceIds.length, [...notJoined, ...joined]);
    return { to: plan.desired ?? latest.desired, instanceIds, reasons: plan.reasons };
  });
  for (const instanceId of plan.terminate) {
    await claimAsHandled(ports, run, instanceId);
    await ports.groups.terminate(instanceId, true);
  }
  return reasons;
}

/** EC2 will tell us of the end of this instance; its case says that it is our own doing. */
async function claimAsHandled(
  ports: Ports,
  run: { readonly cluster: string; readonly execution: string },
  instanceId: string,
) {
  const news = { instanceId, cluster: run.cluster, cause: 'Manual', forced: false, deadline: null };
  await ports.cases.claim(news, run.execution);
  await ports.cases.close(instanceId, run.execution, 'Drained');
}

function noGroup(name: string) {
  const sizes = { desired: 0, max: 0, min: 0 };
  return { name, ...sizes, suspended: [], capacityRebalance: false, managedNodeGroup: false, instances: [] };
}
