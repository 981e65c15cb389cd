import type { Met } from '../../sandbox/histories/met.ts';
import { historyBegins } from '../../sandbox/histories/random-history.ts';
import type { Cluster } from '../../sandbox/kubernetes/contract.ts';
import type { KubeObject, Pod } from '../../sandbox/kubernetes/types/objects.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { type Instance, privateDnsName } from '../../sandbox/services/ec2/instance.ts';
import type { Event } from '../../sandbox/services/events/contract.ts';
import type { Execution } from '../../sandbox/services/states/execution.ts';
import type { WitnessedCall } from '../../sandbox/witness.ts';
import { OwnersSizes } from './owners-sizes.ts';
import { isOurs } from './principals.ts';

/** EC2 gives two minutes' notice (EC2 user guide, spot-instance-termination-notices). */
const notice = 120_000;

export interface Warning {
  readonly at: number;
  readonly endsAt: number;
}

interface Detail {
  readonly 'instance-id'?: string;
  readonly 'instance-action'?: string;
}

/**
 * What is true in a sandbox, for invariants: who is who, what EC2 has announced, who may be drained. It is made of what happens in the
 * world and of what people ask for, and believes nothing that the product says.
 */
export class Scene {
  readonly sandbox: Sandbox;
  readonly cluster: Cluster;
  /** What the weather did. */
  readonly met: Met;
  /** Genuine warnings by instance. */
  readonly warnings = new Map<string, Warning>();
  /** When each instance was allowed to be worked on the last time: EC2 or a person said so. */
  readonly subjects = new Map<string, number>();
  /** When each instance began to end, or to stop, by whatever reason. */
  readonly endings = new Map<string, number>();
  /** From when to when everything was paused. */
  readonly pauses: { readonly from: number; to: number }[] = [];
  /** Names of the executions that a person stopped. */
  readonly stopped = new Set<string>();
  /** What the owners of groups want. */
  readonly sizes: OwnersSizes;

  constructor(sandbox: Sandbox, met: Met) {
    const [cluster] = sandbox.world.clusters.values();
    if (!cluster) throw new Error('the world has no cluster');
    this.sandbox = sandbox;
    this.cluster = cluster;
    this.met = met;
    this.sizes = new OwnersSizes(sandbox.world.groups);
    sandbox.buses.onEvent((event, bus) => {
      if (bus === 'default') this.#hear(event);
    });
    sandbox.world.fleet.subscribe(({ instanceId, state }) => {
      const lives = state === 'pending' || state === 'running';
      if (!lives && !this.endings.has(instanceId)) this.endings.set(instanceId, this.now());
    });
  }

  now(): number {
    return this.sandbox.clock.now();
  }

  /** Milliseconds since the history began. */
  since(): number {
    return this.now() - historyBegins;
  }

  /** The newest instance that has the name of a node. */
  instanceOfNode(name: string): Instance | undefined {
    return this.sandbox.world.fleet.all().findLast((instance) => privateDnsName(instance) === name);
  }

  instance(id: string): Instance | undefined {
    return this.sandbox.world.fleet.find(id);
  }

  nodeOf(instance: Instance): KubeObject | undefined {
    return this.cluster.store.get('nodes', undefined, privateDnsName(instance));
  }

  /** The end of an instance by anybody is a reason too to drain what is left of it. */
  mayBeDrained(id: string): boolean {
    return this.subjects.has(id) || this.endings.has(id);
  }

  /** Pods on a node that would have to go somewhere else: neither of the node, nor finished, nor on their way out. */
  movablePods(node: string): Pod[] {
    return this.cluster.store.podsOnNode(node).filter((pod) => {
      const ofNode = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
      const finished = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
      return !ofNode && !finished && pod.metadata.deletionTimestamp === undefined;
    });
  }

  /** Nodes that are not ours to replace: those of managed node groups and of Karpenter are handed over. */
  isManaged(instance: Instance): boolean {
    const labels = this.nodeOf(instance)?.metadata.labels ?? {};
    return instance.tags.has('eks:nodegroup-name') || labels['karpenter.sh/nodepool'] !== undefined;
  }

  pausedIn(from: number, to: number): boolean {
    return this.pauses.some((pause) => pause.from <= to && pause.to >= from);
  }

  /** The execution that says on a node that it works on it. */
  runOn(node: string): string | undefined {
    return runOf(this.cluster.store.get('nodes', undefined, node));
  }

  /** Did a person stop the execution that worked on a node? What is put back then is put back at their word. */
  wasStopped(node: KubeObject | undefined): boolean {
    return this.stopped.has(runOf(node) ?? '');
  }

  /** A call that has taken effect, or was refused by its service. */
  seeCall(call: WitnessedCall): void {
    this.sizes.see(call);
    if (!isOurs(call.principal)) this.#hearPerson(call);
  }

  #hearPerson({ service, operation, input }: WitnessedCall): void {
    if (service === 'ssm' && operation === 'PutParameter' && String(input['Name']).endsWith('/paused')) {
      const open = this.pauses.find(({ to }) => to === Number.POSITIVE_INFINITY);
      if (input['Value'] !== 'false' && !open) this.pauses.push({ from: this.now(), to: Number.POSITIVE_INFINITY });
      if (input['Value'] === 'false' && open) open.to = this.now();
    }
    if (service === 'states' && operation === 'StopExecution')
      this.stopped.add(String(input['executionArn']).split(':').at(-1) ?? '');
    if (service === 'states' && operation === 'StartExecution') this.#hearOrder(String(input['input']));
  }

  #hearOrder(text: string): void {
    const input = JSON.parse(text) as { instances?: string[]; nodes?: string[]; dryRun?: boolean };
    if (input.dryRun !== false) return;
    for (const id of input.instances ?? []) this.subjects.set(id, this.now());
    for (const node of input.nodes ?? []) {
      const instance = this.instanceOfNode(node);
      if (instance) this.subjects.set(instance.instanceId, this.now());
    }
  }

  #hear(event: Event): void {
    const detail = event.detail as Detail;
    const id = detail['instance-id'];
    const instance = id === undefined ? undefined : this.instance(id);
    if (id === undefined || !instance) return;
    const type = event['detail-type'];
    const isWarning = type === 'EC2 Spot Instance Interruption Warning';
    if (isWarning && instance.interrupted && !this.warnings.has(id)) {
      const at = this.now();
      this.warnings.set(id, { at, endsAt: at + (detail['instance-action'] === 'hibernate' ? 0 : notice) });
    }
    if (isWarning || type === 'EC2 Instance Rebalance Recommendation') this.subjects.set(id, this.now());
  }
}

/** The execution that says on a node that it works on it. */
export function runOf(node: KubeObject | undefined): string | undefined {
  return node?.metadata.annotations?.['eks-steward.io/execution'];
}

/** Is a node of it cordoned, tainted or annotated by the product? */
export function marksOf(node: KubeObject): string[] {
  const { annotations = {}, labels = {} } = node.metadata;
  const taints = (node.spec as { taints?: { key: string }[] } | undefined)?.taints ?? [];
  return [
    ...Object.keys(annotations).filter((key) => key.startsWith('eks-steward.io/')),
    ...taints.map(({ key }) => key).filter((key) => key.endsWith('/eks-steward')),
    ...Object.entries(labels).flatMap(([key, value]) => (value === 'eks-steward' ? [key] : [])),
  ];
}

export function isCordoned(node: KubeObject | undefined): boolean {
  return (node?.spec as { unschedulable?: boolean } | undefined)?.unschedulable === true;
}

/** The input of an execution, as intake or a person gave it. */
interface Input {
  readonly cause?: string;
  readonly instances?: readonly string[];
  readonly dryRun?: boolean;
  readonly facts?: Readonly<Record<string, { readonly endsAt?: number }>>;
}

export function inputOf({ inputValue }: Execution): Input {
  return (inputValue ?? {}) as Input;
}

export interface Reason {
  readonly code: string;
  readonly about: string;
  readonly text: string;
}

interface Report {
  readonly outcome?: string;
  readonly reasons: readonly Reason[];
  readonly plan: readonly { readonly action: string }[];
}

/** What the report of an execution says; empty for one without. */
export function reportOf({ output }: Execution): Report {
  return { reasons: [], plan: [], ...(output as Partial<Report> | undefined) };
}
