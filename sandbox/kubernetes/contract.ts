import type { SandboxClock } from '../clock.ts';
import type { LocalNetwork } from '../network/local-network.ts';
import type { Random } from '../random.ts';
import type { KubernetesRefusal, KubernetesRequest, Trouble } from '../weather/contract.ts';
import type { Witness } from '../witness.ts';
import type { Store } from './store/store.ts';
import type { KubeObject, Taint } from './types/objects.ts';

/** Who makes a request, as the server's authenticator found out. */
export interface Identity {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What happens when a node runs this image. Without an answer it is pulled in no time and runs. */
export interface ImageBehaviour {
  readonly outcome?: 'runs' | 'crash-loops' | 'never-ready' | 'not-found';
  readonly pullSeconds?: number;
  /** `sha256:…`, reported in the pod's `imageID`. */
  readonly digest?: string;
}

export interface ClusterOptions {
  readonly name: string;
  /** Such as `v1.36.2`; reported by `/version` and by the kubelets of nodes that name no other. */
  readonly version: string;
  readonly clock: SandboxClock;
  readonly random: Random;
  /** Port on 127.0.0.1; any free one by default. */
  readonly port?: number;
  /** Turns a bearer token into an identity; `undefined` is answered with 401. */
  authenticate(token: string): Promise<Identity | undefined> | Identity | undefined;
  /** Reuses certificates, for instance of a cluster that comes back at the same address. */
  readonly certificates?: Certificates;
  /** Where clients in this process find its API server too. */
  readonly network?: LocalNetwork | undefined;
  /** What requests to it meet; calm by default. */
  readonly weather?: ((request: KubernetesRequest) => Trouble<KubernetesRefusal> | undefined) | undefined;
  /** The function that signs with that key waits while its request does; see the AWS front end. */
  readonly whileServing?: ((accessKeyId: string) => () => Promise<void>) | undefined;
  /** Sees every request that takes effect. */
  readonly witness?: Witness | undefined;
  /** Asked once for each image that a pod starts. */
  images?(reference: string): ImageBehaviour | undefined;
  log?(line: string): void;
}

/** PEM texts. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export interface NewNode {
  readonly name: string;
  readonly instanceId: string;
  /** Availability zone, such as `us-east-1a`. */
  readonly zone: string;
  readonly instanceType: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Kubernetes quantities; 4 CPUs, 16Gi and 58 pods by default (an m5.xlarge with the VPC CNI). */
  readonly capacity?: Readonly<Record<string, string>>;
  /** Kubelet version when it differs from the control plane's. */
  readonly version?: string;
  /** Seconds between registration and Ready; 0 by default. */
  readonly readyAfterSeconds?: number;
}

export interface FaultMatch {
  readonly verb?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly user?: string;
}

export interface FaultStatus {
  readonly status: number;
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[];
}

/** A fault that tests inject: the first rule that matches answers in place of the server. */
export interface FaultRule {
  readonly match: FaultMatch;
  /** A Status, a TCP reset, or no answer at all. */
  readonly answer: FaultStatus | 'reset' | 'hang';
  /** How often the rule applies before it is dropped; for ever by default. */
  readonly times?: number;
}

export interface RequestCount {
  readonly user: string;
  readonly verb: string;
  /** Plural name with a subresource after a slash, such as `pods/eviction`; a path for requests outside resources. */
  readonly resource: string;
  readonly status: number;
  readonly count: number;
}

export interface Cluster {
  readonly name: string;
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly caPem: string;
  readonly adminToken: string;
  readonly certificates: Certificates;
  readonly store: Store;
  /** Rules that tests push and remove. */
  readonly faults: FaultRule[];
  /** A kubeconfig (JSON, which is YAML) of a person in `system:masters`. */
  kubeconfig(): string;
  /** Creates or updates objects in order, as a trusted caller. Throws `StatusError`. */
  apply(manifests: readonly object[]): KubeObject[];
  /** As `apply`, also for clusters that answer over the network. */
  load(manifests: readonly object[]): Promise<void>;
  addNode(node: NewNode): void;
  /** The machine is gone and its Node object with it, if that is still there; its pods stay until the pod garbage collector takes them. */
  removeNode(name: string): void;
  /** `false` stops the node's kubelet as a lost machine would; `true` starts it again. Throws for a node without a machine. */
  setNodeReady(name: string, ready: boolean): void;
  /** Changes what `/version` says, as a control-plane upgrade does. */
  setVersion(version: string): void;
  requests(): RequestCount[];
  resetRequests(): void;
  close(): Promise<void>;
}
