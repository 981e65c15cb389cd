import type { Stray } from './strays.ts';

/** What a call gave, or the error that came of it. */
export type Seen<Value> =
  | { readonly value: Value }
  | { readonly error: { readonly name: string; readonly message: string } };

/** What one function found when it tried what it needs. */
export interface Probed {
  readonly tried: readonly {
    readonly what: string;
    readonly error?: { readonly name: string; readonly message: string } | undefined;
  }[];
  readonly role?: string | undefined;
  readonly rights?: readonly string[] | undefined;
}

/** Everything that was seen of one cluster and of what works on it. */
export interface Observations {
  readonly cluster: string;
  /** By the name of the function. */
  readonly probes: ReadonlyMap<string, Seen<Probed>>;
  readonly paused: Seen<string | undefined>;
  readonly policies: Seen<
    readonly {
      readonly name: string;
      readonly annotations: Readonly<Record<string, string>>;
      readonly enforced: boolean;
    }[]
  >;
  /** How many nodes there are. Groups and instances are found by them, so where they cannot be listed nothing of those is known. */
  readonly nodes: Seen<number>;
  /** Groups that have nodes in the cluster and the clusters of their tags; groups of managed node groups are EKS's own. */
  readonly groups: Seen<
    readonly { readonly name: string; readonly managedNodeGroup: boolean; readonly clusterTags: readonly string[] }[]
  >;
  /** Instances of the nodes whose tags do not say the cluster. */
  readonly strays: Seen<readonly Stray[]>;
  readonly rules: Seen<readonly { readonly name: string; readonly state: 'Enabled' | 'Disabled' | 'Missing' }[]>;
  readonly receivers: Seen<readonly string[]>;
  /** Does policy allow force deletes somewhere in the cluster? */
  readonly forces: boolean;
}
