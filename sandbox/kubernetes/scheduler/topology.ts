import type { Store } from '../store/store.ts';
import type { Node, Pod, PodAffinityTerm } from '../types/objects.ts';
import { labelMatcher } from '../types/selectors.ts';

/** A check of nodes for one pod; gives what speaks against a node. */
export type NodeCheck = (node: Node) => string | undefined;

function domain(node: Node | undefined, key: string): string | undefined {
  return node?.metadata.labels?.[key];
}

function domainsOf(store: Store, pods: readonly Pod[], key: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { spec, metadata } of pods) {
    const value = domain(store.get('nodes', undefined, spec.nodeName ?? ''), key);
    if (value !== undefined && !metadata.deletionTimestamp) found.set(value, (found.get(value) ?? 0) + 1);
  }
  return found;
}

function podsOf(store: Store, pod: Pod, term: PodAffinityTerm): Pod[] {
  const namespaces = term.namespaces?.length ? term.namespaces : [pod.metadata.namespace ?? ''];
  return namespaces.flatMap((namespace) => store.podsMatching(namespace, term.labelSelector));
}

function antiAffinity(store: Store, pod: Pod): NodeCheck[] {
  const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => {
    const blocked = domainsOf(store, podsOf(store, pod, term), term.topologyKey);
    return (node) => {
      const value = domain(node, term.topologyKey);
      return value !== undefined && blocked.has(value) ? "node(s) didn't match pod anti-affinity rules" : undefined;
    };
  });
}

/** Pods that are there already can refuse the newcomer as well. */
function existingAntiAffinity(store: Store, pod: Pod, guarded: readonly Pod[]): NodeCheck[] {
  const words = "node(s) didn't satisfy existing pods anti-affinity rules";
  return guarded.flatMap((other) => {
    const terms = other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms
      .filter((term) => (term.namespaces ?? [other.metadata.namespace]).includes(pod.metadata.namespace ?? ''))
      .filter((term) => labelMatcher(term.labelSelector)(pod.metadata.labels))
      .map((term): NodeCheck => {
        const value = domain(store.get('nodes', undefined, other.spec.nodeName ?? ''), term.topologyKey);
        return (node) => (value !== undefined && domain(node, term.topologyKey) === value ? words : undefined);
      });
  });
}

function affinity(store: Store, pod: Pod): NodeCheck[] {
  const terms = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => {
    const found = domainsOf(store, podsOf(store, pod, term), term.topologyKey);
    // The first of a group that wants to be together may go anywhere.
    const first = found.size === 0 && labelMatcher(term.labelSelector)(pod.metadata.labels);
    return (node) => {
      const value = domain(node, term.topologyKey);
      const fits = value !== undefined && (first || found.has(value));
      return fits ? undefined : "node(s) didn't match pod affinity rules";
    };
  });
}

function spread(store: Store, pod: Pod, nodes: readonly Node[]): NodeCheck[] {
  const constraints =
    pod.spec.topologySpreadConstraints?.filter((item) => item.whenUnsatisfiable === 'DoNotSchedule') ?? [];
  return constraints.map(({ topologyKey, maxSkew, labelSelector }) => {
    const pods = store.podsMatching(pod.metadata.namespace ?? '', labelSelector);
    const counts = domainsOf(store, pods, topologyKey);
    const domains = nodes.flatMap((node) => domain(node, topologyKey) ?? []);
    const fewest = Math.min(...domains.map((value) => counts.get(value) ?? 0));
    const self = labelMatcher(labelSelector)(pod.metadata.labels) ? 1 : 0;
    return (node) => {
      const value = domain(node, topologyKey);
      if (value === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
      return (counts.get(value) ?? 0) + self - fewest > maxSkew
        ? "node(s) didn't match pod topology spread constraints"
        : undefined;
    };
  });
}

/** The checks of a pod that depend on other pods; `guarded` are the running pods with anti-affinity of their own. */
export function topologyChecks(store: Store, pod: Pod, nodes: readonly Node[], guarded: readonly Pod[]): NodeCheck[] {
  return [
    ...antiAffinity(store, pod),
    ...existingAntiAffinity(store, pod, guarded),
    ...affinity(store, pod),
    ...spread(store, pod, nodes),
  ];
}
