import { deleteObject } from '../../kubernetes/api/delete.ts';
import { definitionOf } from '../../kubernetes/types/resources.ts';
import { privateDnsName } from '../../services/ec2/instance.ts';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, contextOf, nodesOf } from './find.ts';

type Chance = Pick<Act, 'which' | 'how'>;

/** Karpenter's labels (https://karpenter.sh/docs/concepts/nodepools/), which its nodes have from the moment that they join. */
const labels = { 'karpenter.sh/nodepool': 'default', 'karpenter.sh/registered': 'true' };
const disrupted = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' };

/** The node of an instance is Karpenter's when it joins. */
export function claimForKarpenter({ cluster, sandbox }: Stage, instanceId: string): void {
  const stop = cluster.store.subscribe(({ resource, object, type }) => {
    const instance = sandbox.world.fleet.find(instanceId);
    if (resource !== 'nodes' || type === 'DELETED' || !instance || object.metadata.name !== privateDnsName(instance))
      return;
    stop();
    const { metadata } = object;
    cluster.store.put('nodes', {
      ...object,
      metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
    } as never);
  });
}

/** Consolidation: Karpenter taints one of its nodes, lets its pods go, ends the instance and takes the Node away (karpenter.sh, "Disruption"). */
function consolidate(stage: Stage, { which, how }: Chance): string | undefined {
  const { store } = stage.cluster;
  const own = nodesOf(stage).filter(({ metadata }) => metadata.labels?.['karpenter.sh/nodepool'] !== undefined);
  const node = choose(own, which);
  if (!node) return undefined;
  const { name } = node.metadata;
  const spec = node.spec as { taints?: readonly object[] };
  store.put('nodes', { ...node, spec: { ...spec, taints: [...(spec.taints ?? []), disrupted] } } as never);
  stage.later(10_000 + Math.round(how * 60_000), async () => {
    const instance = stage.sandbox.world.fleet.all().findLast((each) => privateDnsName(each) === name);
    if (instance?.state === 'running')
      await stage.call('ec2', 'TerminateInstances', { InstanceIds: [instance.instanceId] });
    if (store.get('nodes', undefined, name))
      deleteObject(contextOf(stage), definitionOf('nodes'), { namespace: undefined, name }, {});
  });
  return `Karpenter consolidates ${name}`;
}

export const ofKarpenter: Readonly<Record<string, Kind>> = {
  consolidate: { weight: 0.4, does: consolidate },
};
