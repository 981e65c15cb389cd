import type { Node, NodeSelector, NodeSelectorTerm, PodSpec, Taint, Toleration } from '../types/objects.ts';
import { matchesRequirements } from '../types/selectors.ts';

/** Source: k8s.io/api/core/v1/toleration.go, ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if ((toleration.operator ?? 'Equal') === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint of these effects that nothing tolerates. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}

function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  if (!term.matchExpressions?.length && !term.matchFields?.length) return false;
  return (
    matchesRequirements(term.matchExpressions, node.metadata.labels) &&
    matchesRequirements(term.matchFields, { 'metadata.name': node.metadata.name })
  );
}

export function nodeSelectorMatches(selector: NodeSelector | undefined, node: Node): boolean {
  return !selector || selector.nodeSelectorTerms.some((term) => termMatches(term, node));
}

/** Whether a pod's nodeSelector and required node affinity let it run on a node. */
export function affinityMatches(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return (
    selected && nodeSelectorMatches(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, node)
  );
}

/** The node that a DaemonSet's pod is made for. */
export function pinnedNode(spec: PodSpec): string | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = terms?.[0]?.matchFields?.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return terms?.length === 1 ? fields?.values?.[0] : undefined;
}
