import type { ObjectId } from '../../../shared/domain/node.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { classifyPod } from '../core/classify-pod.ts';

/** How often pods are listed while some of them still wait for their budget, which needs no new list. Milliseconds. */
const whileHeld = 6_000;
/** Waits between lists while all that is left is to see the evicted pods gone. */
const whileTerminating = [1_000, 1_500, 2_500, 4_000, 5_000];

/** A pod that is being evicted, and how long it may take. */
export interface Leaving {
  readonly pod: ObjectId;
  /** Epoch milliseconds by which its grace period ends; undefined when it is gone already. */
  readonly until: number | undefined;
}

/**
 * The pods of the batch's nodes as they were last listed, with our own evictions applied. A list of a large cluster is many
 * calls, so it is taken anew only when that can change the plan.
 */
export class ObservedPods {
  readonly #clock: Clock;
  readonly #cluster: Pick<ClusterApi, 'listPods'>;
  #pods: PodFacts[] = [];
  #nodes = '';
  #known: Set<string> | undefined;
  #newcomers = false;
  #readAgainAt = 0;
  #quiet = 0;

  constructor(clock: Clock, cluster: Pick<ClusterApi, 'listPods'>) {
    this.#clock = clock;
    this.#cluster = cluster;
  }

  async read(nodeNames: readonly string[]): Promise<readonly PodFacts[]> {
    const names = nodeNames.join(' ');
    const now = this.#clock.now();
    if (now < this.#readAgainAt && names === this.#nodes) return this.#pods;
    this.#pods = nodeNames.length > 0 ? await this.#cluster.listPods(nodeNames) : [];
    this.#nodes = names;
    this.#meet();
    this.#plan();
    return this.#pods;
  }

  /**
   * Did the last list show pods that were not there before? A cordoned node gets none but DaemonSets', so somebody has
   * uncordoned it, or another node has its name now. Says so once.
   */
  newcomers(): boolean {
    const found = this.#newcomers;
    this.#newcomers = false;
    return found;
  }

  /** Are there pods that are still to be evicted? Only then do budgets matter. */
  needBudgets(): boolean {
    return this.#pods.some((pod) => pod.deletionDeadline === undefined && classifyPod(pod) !== 'Stays');
  }

  terminating(): boolean {
    return this.#pods.some((pod) => pod.deletionDeadline !== undefined);
  }

  on(nodeName: string): readonly PodFacts[] {
    return this.#pods.filter((pod) => pod.nodeName === nodeName);
  }

  /** Notes what our own evictions have done since the last list. */
  apply(left: readonly Leaving[]): void {
    if (left.length === 0) return;
    const until = new Map(left.map(({ pod, until: end }) => [pod.uid, end]));
    this.#pods = this.#pods.flatMap((pod) => {
      if (!until.has(pod.uid)) return [pod];
      const end = until.get(pod.uid);
      return end === undefined ? [] : [{ ...pod, deletionDeadline: end }];
    });
    this.#quiet = 0;
    this.#plan();
  }

  /** Milliseconds until the next list is due. */
  nextRead(): number {
    return Math.max(0, this.#readAgainAt - this.#clock.now());
  }

  #meet(): void {
    const before = this.#known;
    const leaving = this.#pods.filter((pod) => classifyPod(pod) !== 'Stays');
    this.#newcomers = before !== undefined && leaving.some(({ uid }) => !before.has(uid));
    this.#known = new Set([...(before ?? []), ...leaving.map(({ uid }) => uid)]);
  }

  #plan(): void {
    const wait = this.needBudgets() ? whileHeld : (whileTerminating[Math.min(this.#quiet++, 4)] ?? 0);
    this.#readAgainAt = this.#clock.now() + wait;
  }
}
