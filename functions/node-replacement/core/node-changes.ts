import type { NodeChange, NodeFacts } from '../../../shared/domain/node.ts';

/**
 * Cluster Autoscaler takes a node whose taint has this prefix for one that is not unready, and simulates without the taint
 * (cluster-autoscaler FAQ, "status taints").
 */
const ourTaint = {
  key: 'status-taint.cluster-autoscaler.kubernetes.io/eks-steward',
  value: 'replacing',
  effect: 'NoSchedule',
};

/** The cloud provider's service controller and the AWS Load Balancer Controller leave nodes with this label out. */
const exclusionLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const exclusionValue = 'eks-steward';

/** Which execution changed the node. */
export const executionAnnotation = 'eks-steward.io/execution';
/** What it added, written by the same patch that adds it: the undo is recorded before it can be needed. */
export const undoAnnotation = 'eks-steward.io/undo';

const isOurs = ({ key }: { readonly key: string }) => key === ourTaint.key;

type Undo = 'cordon' | 'taint' | 'label';

function undoOf(node: NodeFacts): Undo[] {
  const text = node.annotations[undoAnnotation] ?? '';
  return (['cordon', 'taint', 'label'] as const).filter((part) => text.split(',').includes(part));
}

/** Is the node as `cordonChange` leaves it, for this execution? */
export function isCordonedBy(node: NodeFacts, execution: string): boolean {
  return node.annotations[executionAnnotation] === execution && node.unschedulable;
}

/** Cordon, our taint and the load-balancer label in one patch; what was there before is not ours to undo. */
export function cordonChange(node: NodeFacts, execution: string): NodeChange {
  const undo = new Set(undoOf(node));
  if (!node.unschedulable) undo.add('cordon');
  const tainted = node.taints.some(isOurs);
  if (!tainted) undo.add('taint');
  const labelled = node.labels[exclusionLabel] !== undefined;
  if (!labelled) undo.add('label');
  return {
    unschedulable: true,
    ...(!tainted && { taints: [...node.taints, ourTaint] }),
    ...(!labelled && { labels: { [exclusionLabel]: exclusionValue } }),
    annotations: { [executionAnnotation]: execution, [undoAnnotation]: [...undo].join(',') },
  };
}

/**
 * Removes exactly what the execution added and what is still there; undefined when the node carries nothing of it.
 * What somebody else has changed since is left as it is.
 */
export function rollBackChange(node: NodeFacts, execution: string): NodeChange | undefined {
  if (node.annotations[executionAnnotation] !== execution) return undefined;
  const undo = undoOf(node);
  const annotations = { [executionAnnotation]: null, [undoAnnotation]: null };
  return {
    ...(undo.includes('cordon') && node.unschedulable && { unschedulable: false }),
    ...(undo.includes('taint') &&
      node.taints.some(isOurs) && { taints: node.taints.filter((taint) => !isOurs(taint)) }),
    ...(undo.includes('label') &&
      node.labels[exclusionLabel] === exclusionValue && { labels: { [exclusionLabel]: null } }),
    annotations,
  };
}

/** What a rollback's change does to the node, in the words of its report. */
export function rollBackInWords({ unschedulable, taints, labels }: NodeChange): string {
  const removed = [taints ? 'taint' : '', labels ? 'label' : ''].filter(Boolean).join(' and ');
  const parts = [unschedulable === false ? 'uncordoned' : '', removed === '' ? '' : `${removed} removed`];
  return parts.filter(Boolean).join('; ') || 'nothing of it was left';
}
