import type { Store } from '../store/store.ts';
import type { Node, Pod, PodSpec } from '../types/objects.ts';
import { amount } from '../types/quantity.ts';

interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

const known = new WeakMap<PodSpec, Requests>();

function compute(spec: PodSpec): Requests {
  const sum = (name: string) =>
    spec.containers.reduce((total, { resources }) => total + amount(resources?.requests, name), 0);
  const largest = (name: string) =>
    Math.max(0, ...(spec.initContainers ?? []).map(({ resources }) => amount(resources?.requests, name)));
  return { cpu: Math.max(sum('cpu'), largest('cpu')), memory: Math.max(sum('memory'), largest('memory')) };
}

/** What a pod asks of its node: the sum of its containers, or its largest init container if that is more. */
function requestsOf(spec: PodSpec): Requests {
  const requests = known.get(spec) ?? compute(spec);
  known.set(spec, requests);
  return requests;
}

/** A node and what its pods have taken of it. */
export class NodeUsage {
  readonly node: Node;
  readonly #allocatable: { readonly cpu: number; readonly memory: number; readonly pods: number };
  readonly #owners = new Map<string, number>();
  #cpu = 0;
  #memory = 0;
  #pods = 0;

  constructor(node: Node, store: Store) {
    this.node = node;
    const list = node.status.allocatable;
    this.#allocatable = { cpu: amount(list, 'cpu'), memory: amount(list, 'memory'), pods: amount(list, 'pods') };
    for (const pod of store.podsOnNode(node.metadata.name)) {
      if (pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed') this.add(pod);
    }
  }

  add(pod: Pod): void {
    const { cpu, memory } = requestsOf(pod.spec);
    this.#cpu += cpu;
    this.#memory += memory;
    this.#pods++;
    const owner = pod.metadata.ownerReferences?.[0]?.uid;
    if (owner) this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
  }

  /** What is lacking for a pod, in the scheduler's words. */
  lacking(spec: PodSpec): string | undefined {
    const { cpu, memory } = requestsOf(spec);
    if (this.#pods + 1 > this.#allocatable.pods) return 'Too many pods';
    if (cpu > 0 && this.#cpu + cpu > this.#allocatable.cpu + 1e-9) return 'Insufficient cpu';
    if (memory > 0 && this.#memory + memory > this.#allocatable.memory) return 'Insufficient memory';
    return undefined;
  }

  /** Lower is better: siblings weigh most, then how full the node would be. */
  score(pod: Pod): number {
    const siblings = this.#owners.get(pod.metadata.ownerReferences?.[0]?.uid ?? '') ?? 0;
    const { cpu, memory } = requestsOf(pod.spec);
    const share = (used: number, of: number) => (of > 0 ? used / of : 1);
    const filled =
      share(this.#cpu + cpu, this.#allocatable.cpu) + share(this.#memory + memory, this.#allocatable.memory);
    return siblings * 10 + filled + share(this.#pods, this.#allocatable.pods);
  }
}
