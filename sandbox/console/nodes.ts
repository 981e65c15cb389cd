import type { Cluster } from '../kubernetes/contract.ts';
import type { KubeObject } from '../kubernetes/types/objects.ts';

/** Which node is which instance, also of nodes that have left. */
export class Nodes {
  readonly #nodes = new Map<string, string>();
  readonly #instances = new Map<string, string>();

  constructor(clusters: Iterable<Cluster>) {
    for (const { store } of clusters) {
      for (const node of store.list('nodes')) this.#remember(node);
      store.subscribe(({ resource, object }) => {
        if (resource === 'nodes') this.#remember(object);
      });
    }
  }

  /** The name of an instance's node; undefined when none has registered. */
  nodeOf(instance: string): string | undefined {
    return this.#nodes.get(instance);
  }

  /** The instance of a node, as its providerID tells. */
  instanceOf(node: string): string | undefined {
    return this.#instances.get(node);
  }

  #remember({ metadata, spec }: KubeObject): void {
    const instance = (spec as { providerID?: string } | undefined)?.providerID?.split('/').at(-1);
    if (instance === undefined) return;
    this.#nodes.set(instance, metadata.name);
    this.#instances.set(metadata.name, instance);
  }
}
