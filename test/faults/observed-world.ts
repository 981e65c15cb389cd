import type { KubeObject } from '../../sandbox/kubernetes/types/objects.ts';
import type { Scenario } from '../scenarios/scenario.ts';

/** Keys of what the product writes on a node. */
const taintKey = 'status-taint.cluster-autoscaler.kubernetes.io/eks-steward';
const exclusionLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const annotationPrefix = 'eks-steward.io/';

/** What is written on a node, each by its name; nothing on one that nobody has changed. */
function marksOf(node: KubeObject | undefined): string[] {
  if (!node) return [];
  const { unschedulable, taints = [] } = node.spec as { unschedulable?: boolean; taints?: readonly { key: string }[] };
  return [
    ...(unschedulable ? ['cordon'] : []),
    ...(taints.some(({ key }) => key === taintKey) ? ['taint'] : []),
    ...(node.metadata.labels?.[exclusionLabel] === undefined ? [] : ['label']),
    ...Object.keys(node.metadata.annotations ?? {}).filter((key) => key.startsWith(annotationPrefix)),
  ];
}

/** An Auto Scaling group: what is asked of it, and what it has. */
export interface GroupState {
  readonly desired: number;
  readonly inService: number;
  readonly all: number;
}

/** A pod of an instance that ended while it was there: evicted or deleted before, or not. */
interface PodLeft {
  readonly pod: string;
  readonly leaving: boolean;
}

/** What happened to an instance and around it, seen from the world itself while a play runs. */
export class ObservedWorld {
  readonly #scenario: Scenario;
  readonly #instance: string;
  readonly #node: string;
  readonly #others: ReadonlySet<string>;
  /** Since when pods of the node have been leaving, by their UIDs. */
  readonly #leaving = new Map<string, number>();
  readonly groupBefore: GroupState;
  /** The instance has begun to end. */
  ended = false;
  cordonedAtEnd = false;
  /** Uncordoned while its instance ran. */
  uncordoned = false;
  /** Movable pods that were on the node when its instance ended. */
  readonly left: PodLeft[] = [];
  /** Pods that got less time than they take to stop. */
  readonly hurried: string[] = [];
  readonly otherNodes = new Set<string>();
  readonly otherInstances = new Set<string>();

  private constructor(scenario: Scenario, instance: string, others: ReadonlySet<string>, groupBefore: GroupState) {
    this.#scenario = scenario;
    this.#instance = instance;
    this.#node = scenario.nodeOf(instance)?.metadata.name ?? '';
    this.#others = others;
    this.groupBefore = groupBefore;
    this.#watchNodesAndPods();
    this.#watchInstances();
  }

  /** Begins to look: at one instance of the group `demo-spot`, and whether any other that there is now is touched. */
  static async begin(scenario: Scenario, instance: string): Promise<ObservedWorld> {
    const { Reservations = [] } = await scenario.call<{
      Reservations?: { Instances?: { InstanceId: string }[] }[];
    }>('ec2', 'DescribeInstances', {});
    const all = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
    const others = new Set(all.filter((id) => id !== instance));
    return new ObservedWorld(scenario, instance, others, await groupState(scenario));
  }

  /** What is still written on the node; nothing when it is gone. */
  marks(): string[] {
    return marksOf(this.#scenario.nodeOf(this.#instance));
  }

  async groupNow(): Promise<GroupState> {
    return await groupState(this.#scenario);
  }

  #watchNodesAndPods(): void {
    this.#scenario.cluster.store.subscribe(({ type, resource, object, previous }) => {
      if (resource === 'nodes' && type === 'MODIFIED') this.#nodeChanged(object, previous);
      if (resource === 'pods' && this.#isHere(object)) this.#podChanged(type, object);
    });
  }

  #nodeChanged(node: KubeObject, previous: KubeObject | undefined): void {
    const marks = marksOf(node);
    if (node.metadata.name !== this.#node) {
      if (marks.length > marksOf(previous).length) this.otherNodes.add(node.metadata.name);
      return;
    }
    if (!this.ended && marksOf(previous).includes('cordon') && !marks.includes('cordon')) this.uncordoned = true;
  }

  /** A pod that has started and stops by itself is there for as long as it takes to stop. */
  #podChanged(type: string, pod: KubeObject): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const now = this.#scenario.sandbox.clock.now();
    if (type === 'MODIFIED' && deletionTimestamp !== undefined && !this.#leaving.has(uid)) this.#leaving.set(uid, now);
    if (type !== 'DELETED' || !isMovable(pod) || phaseOf(pod) !== 'Running') return;
    if (now - (this.#leaving.get(uid) ?? now) < millisecondsToStop(pod)) this.hurried.push(nameOf(pod));
  }

  #watchInstances(): void {
    this.#scenario.sandbox.buses.onEvent(({ 'detail-type': type, detail }) => {
      if (type !== 'EC2 Instance State-change Notification') return;
      const { 'instance-id': id = '', state } = detail as { 'instance-id'?: string; state?: string };
      if (state !== 'shutting-down' && state !== 'stopping') return;
      if (this.#others.has(id)) this.otherInstances.add(id);
      if (id === this.#instance) this.#end();
    });
  }

  #end(): void {
    if (this.ended) return;
    this.ended = true;
    this.cordonedAtEnd = this.#scenario.isCordoned(this.#instance);
    for (const pod of this.#scenario.cluster.store.podsOnNode(this.#node))
      if (isMovable(pod)) this.left.push({ pod: nameOf(pod), leaving: pod.metadata.deletionTimestamp !== undefined });
  }

  #isHere(pod: KubeObject): boolean {
    return !this.ended && (pod.spec as { nodeName?: string }).nodeName === this.#node;
  }
}

async function groupState(scenario: Scenario): Promise<GroupState> {
  const { AutoScalingGroups } = await scenario.call<{
    AutoScalingGroups: { DesiredCapacity: number; Instances?: { LifecycleState: string }[] }[];
  }>('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: ['demo-spot'] });
  const { DesiredCapacity = 0, Instances = [] } = AutoScalingGroups[0] ?? {};
  const inService = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
  return { desired: DesiredCapacity, inService, all: Instances.length };
}

function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function phaseOf({ status }: KubeObject): string | undefined {
  return (status as { phase?: string } | undefined)?.phase;
}

/** Pods of DaemonSets stay, and finished ones have nothing to lose. */
function isMovable(pod: KubeObject): boolean {
  const phase = phaseOf(pod);
  const owned = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false;
  return !owned && phase !== 'Succeeded' && phase !== 'Failed';
}

/** A pod of the demo world says in an annotation how many seconds it takes to stop. */
function millisecondsToStop({ metadata }: KubeObject): number {
  return Number.parseInt(metadata.annotations?.['sandbox.eks-steward/stops-after'] ?? '0', 10) * 1_000;
}
