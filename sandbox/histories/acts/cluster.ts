import { deleteObject } from '../../kubernetes/api/delete.ts';
import { evictPod } from '../../kubernetes/api/evict.ts';
import { definitionOf } from '../../kubernetes/types/resources.ts';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, contextOf, nodesOf, podsOf } from './find.ts';
import { ofKarpenter } from './karpenter.ts';

type Chance = Pick<Act, 'which' | 'how'>;

function setCordon(unschedulable: boolean) {
  return (stage: Stage, { which }: Chance): string | undefined => {
    const isSo = (node: { spec?: unknown }) =>
      ((node.spec as { unschedulable?: boolean }).unschedulable ?? false) === unschedulable;
    const node = choose(
      nodesOf(stage).filter((each) => !isSo(each)),
      which,
    );
    if (!node) return undefined;
    stage.cluster.store.put('nodes', { ...node, spec: { ...(node.spec as object), unschedulable } } as never);
    return `an operator ${unschedulable ? 'cordons' : 'uncordons'} ${node.metadata.name}`;
  };
}

function deleteNode(stage: Stage, { which }: Chance): string | undefined {
  const node = choose(nodesOf(stage), which);
  if (!node) return undefined;
  deleteObject(contextOf(stage), definitionOf('nodes'), { namespace: undefined, name: node.metadata.name }, {});
  return `an operator deletes the Node ${node.metadata.name}`;
}

function deletePod(stage: Stage, { which }: Chance): string | undefined {
  const pod = choose(podsOf(stage), which);
  if (!pod) return undefined;
  const { namespace, name } = pod.metadata;
  deleteObject(contextOf(stage), definitionOf('pods'), { namespace, name }, {});
  return `an operator deletes the pod ${namespace}/${name}`;
}

/** The Vertical Pod Autoscaler's updater evicts pods whose requests it wants to change. */
function evict(stage: Stage, { which }: Chance): string | undefined {
  const pod = choose(podsOf(stage), which);
  if (!pod) return undefined;
  const { namespace = '', name } = pod.metadata;
  try {
    evictPod(contextOf(stage), { namespace, name }, { metadata: { namespace, name } } as never, []);
  } catch {
    return undefined;
  }
  return `the Vertical Pod Autoscaler evicts ${namespace}/${name}`;
}

function editBudget(stage: Stage, { which, how }: Chance): string | undefined {
  const { store } = stage.cluster;
  const budget = choose(store.list('poddisruptionbudgets.policy'), which);
  if (!budget) return undefined;
  const {
    maxUnavailable: _max,
    minAvailable: _min,
    ...rest
  } = budget.spec as { maxUnavailable?: unknown; minAvailable?: unknown };
  const limit = how < 0.4 ? { maxUnavailable: 0 } : how < 0.8 ? { maxUnavailable: 1 } : { minAvailable: '100%' };
  const generation = (budget.metadata.generation ?? 1) + 1;
  store.put('poddisruptionbudgets.policy', {
    ...budget,
    metadata: { ...budget.metadata, generation },
    spec: { ...rest, ...limit },
  } as never);
  return `somebody sets the budget ${budget.metadata.namespace}/${budget.metadata.name} to ${JSON.stringify(limit)}`;
}

/** The Horizontal Pod Autoscaler, or a person. */
function scale(stage: Stage, { which, how }: Chance): string | undefined {
  const { store } = stage.cluster;
  const workload = choose(
    store.list('deployments.apps').filter(({ metadata }) => metadata.namespace !== 'kube-system'),
    which,
  );
  if (!workload) return undefined;
  const spec = workload.spec as { replicas?: number };
  const replicas = Math.max(1, (spec.replicas ?? 1) + (how < 0.5 ? -1 : 1 + Math.floor(how * 3)));
  const generation = (workload.metadata.generation ?? 1) + 1;
  store.put('deployments.apps', {
    ...workload,
    metadata: { ...workload.metadata, generation },
    spec: { ...spec, replicas },
  } as never);
  return `${workload.metadata.namespace}/${workload.metadata.name} is scaled to ${replicas}`;
}

/** A pod that an operator's controller holds with a finalizer, and lets go much later. */
function holdPod(stage: Stage, { which, how }: Chance): string | undefined {
  const { store } = stage.cluster;
  const pod = choose(podsOf(stage), which);
  if (!pod) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const finalizer = 'example.com/backup';
  store.put('pods', { ...pod, metadata: { ...pod.metadata, finalizers: [finalizer] } });
  const minutes = 1 + Math.floor(how * 40);
  stage.later(minutes * 60_000, async () => {
    const now = store.get('pods', namespace, name);
    if (now?.metadata.uid !== uid) return;
    const { finalizers: _gone, ...metadata } = now.metadata;
    const freed = store.put('pods', { ...now, metadata } as never);
    if (metadata.deletionTimestamp !== undefined) store.remove('pods', freed);
  });
  return `a finalizer holds ${namespace}/${name} for ${minutes} min`;
}

export const ofClusters: Readonly<Record<string, Kind>> = {
  cordon: { weight: 0.7, does: setCordon(true) },
  uncordon: { weight: 1, does: setCordon(false) },
  'delete-node': { weight: 0.4, does: deleteNode },
  'delete-pod': { weight: 0.5, does: deletePod },
  'evict-pod': { weight: 0.5, does: evict },
  'edit-budget': { weight: 1, does: editBudget },
  scale: { weight: 1.5, does: scale },
  'hold-pod': { weight: 0.7, does: holdPod },
  ...ofKarpenter,
};
