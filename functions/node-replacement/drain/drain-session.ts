import type { Settings } from '../../../shared/aws/settings.ts';
import type { BudgetFacts } from '../../../shared/domain/budget.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { because, type InputOf, type NeedsOf, type OutputOf, type Reason } from '../contract.ts';
import { classifyPod } from '../core/classify-pod.ts';
import { type DrainMemory, emptyMemory } from '../core/drain-memory.ts';
import { type DrainStatus, drainStatus, isBlocker, isTakenBack, summarise, volumesToGo } from '../core/drain-status.ts';
import { nextLook } from '../core/next-look.ts';
import { undoAnnotation } from '../core/node-changes.ts';
import { type DrainRound, planRound } from '../core/plan-round.ts';
import { nodeDrain } from '../core/policy.ts';
import type { CurrentTarget } from '../core/targets.ts';
import { currentTargets } from '../current-targets.ts';
import { readNodes } from '../nodes/find-nodes.ts';
import { evictPods, sayBlocked } from './evictions.ts';
import { ObservedPods } from './observed-pods.ts';

export interface DrainPorts {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly cases: Pick<Cases, 'renew'>;
}

type DrainCluster = Awaited<ReturnType<PortsOf<NeedsOf<'drainNodes'>>['cluster']>>;
type Input = InputOf<'drainNodes'>;
type Output = OutputOf<'drainNodes'>;

/** A session ends before Lambda's 60 s, with time left for the calls that are under way. Milliseconds. */
const sessionLength = 54_000;
/** The pause switch and the cases are read this often; at most 10 s old is what the pause switch promises. */
const recheck = 10_000;
/**
 * Nodes of voluntary drains are read before an eviction when they were read longer ago than `recheck`, since somebody may take them
 * back; lost ones, and all while there is no eviction, only this often. Pods that were not there before are never taken unread.
 */
const recheckIdle = 60_000;

/**
 * One slice of a drain: evicts in rounds until every node of the batch is empty, its time is over, or the session is. Each round plans
 * with what the cluster says, spends the budgets as their status allows, and waits for what was evicted to be gone.
 */
export class DrainSession {
  readonly #ports: DrainPorts;
  readonly #cluster: DrainCluster;
  readonly #input: Input;
  readonly #pods: ObservedPods;
  readonly #ends: number;
  #targets: readonly CurrentTarget[] = [];
  #protectedNamespaces: readonly string[] = [];
  #uncordoned: string[] = [];
  #paused = false;
  #casesReadAt = 0;
  #nodesReadAt = 0;
  #idleRounds = 0;
  #memory: DrainMemory = emptyMemory;
  #evicted = 0;
  #forceDeleted = 0;
  readonly #done: Reason[] = [];

  constructor(ports: DrainPorts, cluster: DrainCluster, input: Input) {
    this.#ports = ports;
    this.#cluster = cluster;
    this.#input = input;
    this.#pods = new ObservedPods(ports.clock, cluster);
    this.#ends = ports.clock.now() + sessionLength;
  }

  /** Drains for the length of a session; `Draining` when there is more to do, also when it was paused meanwhile. */
  async run(signal?: AbortSignal): Promise<Output> {
    const { clock } = this.#ports;
    for (;;) {
      if (clock.now() - this.#casesReadAt >= recheck) await this.#readCases();
      if (clock.now() - this.#nodesReadAt >= recheckIdle) await this.#readNodes();
      if (this.#paused) return await this.#report('Draining', [], []);
      const round = await this.#playRound();
      const { status, reasons } = await this.#judge(round);
      if (status !== 'Draining') return await this.#report(status, reasons, round.waiting);
      const idle = round.steps.length === 0 && !this.#pods.terminating();
      const voluntary = this.#targets.every(({ interrupted }) => !interrupted);
      if (voluntary && idle) return await this.#report('Waiting', reasons, round.waiting);
      const pause = this.#untilNextRound(round);
      if (clock.now() + pause >= this.#ends) return await this.#report('Draining', reasons, round.waiting);
      await clock.sleep(pause, signal);
    }
  }

  /** What later events have told, whether the cases are still ours, the policy, and the pause switch. */
  async #readCases(): Promise<void> {
    const { clock, settings } = this.#ports;
    const first = this.#casesReadAt === 0;
    this.#casesReadAt = clock.now();
    const before = first ? this.#input.targets : this.#targets;
    const current = await currentTargets(this.#ports, this.#input, before);
    this.#targets = current.targets;
    this.#done.push(...current.lost);
    this.#protectedNamespaces = (await settings.cluster(this.#input.cluster))['node-replacement'][
      'protected-namespaces'
    ];
    this.#paused = (await settings.paused()) !== undefined;
  }

  /** Nodes by UID: which are gone, and which somebody has taken back. */
  async #readNodes(): Promise<void> {
    this.#nodesReadAt = this.#ports.clock.now();
    const nodes = await readNodes(this.#cluster, this.#targets);
    this.#uncordoned = [...nodes].flatMap(([name, node]) => (wasUncordoned(node) ? [name] : []));
    const gone = this.#targets.filter(({ nodeName }) => !nodes.has(nodeName));
    this.#done.push(...gone.map(({ nodeName }) => because('NodeGone', nodeName)));
    this.#targets = this.#targets.filter(({ nodeName }) => nodes.has(nodeName));
  }

  /** Evicts what the plan allows now; nothing once somebody has taken back a node that is not lost anyway. */
  async #playRound(): Promise<DrainRound> {
    const { clock } = this.#ports;
    let pods = await this.#listPods();
    if (this.#pods.newcomers()) {
      await this.#readNodes();
      pods = await this.#listPods();
    }
    const budgets = this.#pods.needBudgets() ? await this.#cluster.listBudgets() : [];
    let round = this.#plan(pods, budgets);
    const voluntary = this.#targets.some(({ interrupted }) => !interrupted);
    if (round.steps.length > 0 && voluntary && clock.now() - this.#nodesReadAt >= recheck) {
      await this.#readNodes();
      round = this.#plan(await this.#listPods(), budgets);
    }
    if (isTakenBack(this.#targets, this.#uncordoned)) return { ...round, steps: [] };
    return await this.#evict(round);
  }

  async #listPods(): Promise<readonly PodFacts[]> {
    return await this.#pods.read(this.#targets.map(({ nodeName }) => nodeName));
  }

  #plan(pods: readonly PodFacts[], budgets: readonly BudgetFacts[]): DrainRound {
    return planRound({
      now: this.#ports.clock.now(),
      nodes: new Map(this.#targets.map((target) => [target.nodeName, nodeDrain(target, target.policy)])),
      pods,
      budgets,
      memory: this.#memory,
      protectedNamespaces: this.#protectedNamespaces,
    });
  }

  async #evict(round: DrainRound): Promise<DrainRound> {
    this.#idleRounds = round.steps.length > 0 ? 0 : this.#idleRounds + 1;
    const urgent = this.#targets.some(({ interrupted }) => interrupted);
    const result = await evictPods(this.#ports.clock, this.#cluster, round.steps, this.#memory, urgent);
    this.#pods.apply(result.left);
    this.#memory = result.memory;
    this.#evicted += result.evicted;
    this.#forceDeleted += result.forceDeleted;
    this.#done.push(...result.reasons);
    return { ...round, waiting: [...round.waiting, ...result.refused] };
  }

  /** Whether every node is done. Says `Draining` without looking at volumes while pods are left. */
  async #judge({ remaining }: DrainRound): Promise<DrainStatus> {
    const empty = [...remaining.values()].every((count) => count === 0);
    const volumes = empty ? await this.#cluster.countVolumes([...remaining.keys()]) : new Map<string, number>();
    const attached = new Map<string, number>();
    for (const [name, count] of volumes) {
      const staying = this.#pods.on(name).filter((pod) => classifyPod(pod) === 'Stays');
      const claims = staying.flatMap((pod) => pod.claims);
      attached.set(name, volumesToGo(count, claims.length));
    }
    const now = this.#ports.clock.now();
    return drainStatus({ now, targets: this.#targets, remaining, attached, uncordoned: this.#uncordoned });
  }

  #untilNextRound({ waiting, changesAt }: DrainRound): number {
    return nextLook({
      now: this.#ports.clock.now(),
      targets: this.#targets,
      held: waiting.some(({ reason }) => reason.code.startsWith('Budget')),
      changesAt,
      idleRounds: this.#idleRounds,
      nextRead: this.#pods.nextRead(),
    });
  }

  /** What the session did and why it ends as it does; the first one of a run that is blocked says so on the pods too. */
  async #report(status: Output['status'], reasons: readonly Reason[], waiting: DrainRound['waiting']): Promise<Output> {
    const held = waiting.filter(({ reason }) => isBlocker(reason));
    const { blockedReported, execution } = this.#input;
    if (status !== 'Drained' && !blockedReported) await sayBlocked(this.#cluster, held, execution);
    const why = waiting.map(({ reason }) => reason).filter(({ code }) => code !== 'PodTerminating');
    return {
      status,
      blocked: held.length > 0,
      evicted: this.#evicted,
      forceDeleted: this.#forceDeleted,
      done: summarise(this.#done),
      reasons: summarise([...reasons, ...(status === 'Drained' ? [] : why)]),
    };
  }
}

/** We cordoned it, and it is not cordoned any more. */
function wasUncordoned(node: NodeFacts): boolean {
  return (node.annotations[undoAnnotation] ?? '').split(',').includes('cordon') && !node.unschedulable;
}
