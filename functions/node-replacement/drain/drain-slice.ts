import type * as z from 'zod';
import type { ClusterSettings } from '../../../shared/config/schema.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import { because, type contract, type Reason, type Target } from '../contract.ts';
import { nodeDrain } from '../core/cause-policy.ts';
import { classifyPod } from '../core/classify-pod.ts';
import { type DrainMemory, emptyMemory } from '../core/drain-memory.ts';
import { type DrainState, drainStatus, summarise, volumesToGo } from '../core/drain-status.ts';
import { undoAnnotation } from '../core/node-changes.ts';
import { type DrainRound, planRound } from '../core/plan-round.ts';
import { readNodes } from '../nodes/find-nodes.ts';
import { policyFor } from '../policy-for.ts';
import type { Ports } from '../ports.ts';
import { refreshTargets } from '../refresh-targets.ts';
import { ObservedPods } from './observed-pods.ts';
import { sayBlocked, takeSteps } from './take-steps.ts';

type Input = z.output<(typeof contract)['drainNodes']['input']>;
type Output = z.input<(typeof contract)['drainNodes']['output']>;

/** A slice ends before Lambda's 60 s, with time left for the calls that are under way. Milliseconds. */
const sliceLength = 54_000;
/** How long a round waits at the most before it looks again while budgets hold pods back: less and less often while nothing happens. */
const lookAgain = [1_000, 1_000, 1_500, 2_500, 4_000, 5_000];
/** The pause switch and the cases are read this often; at most 10 s old is what the pause switch promises. */
const recheck = 10_000;
/**
 * Nodes of voluntary drains are read before an eviction when they were read longer ago than `recheck`, since somebody may take them
 * back; lost ones, and all while there is no eviction, only this often. Pods that were not there before are never taken unread.
 */
const recheckIdle = 60_000;
/** Reasons that mean somebody must act, or time must pass, before the pod can go. */
const blockers = [
  'BudgetHolds',
  'SeveralBudgets',
  'EvictionDenied',
  'PodUnmanaged',
  'PodProtected',
  'PodDoesNotEnd',
  'NamespaceTerminating',
];

/** The state of a slice between its rounds. */
interface Slice {
  readonly input: Input;
  readonly ends: number;
  targets: Target[];
  pausedBecause: string | undefined;
  uncordoned: string[];
  checkedAt: number;
  nodesReadAt: number;
  /** Rounds in a row in which nobody was asked to leave. */
  idleRounds: number;
  memory: DrainMemory;
  evicted: number;
  forced: number;
  readonly reasons: Reason[];
}

/**
 * Evicts in rounds until every node of the batch is empty, its time is over, or the slice is. Each round plans with what the
 * cluster says, spends the budgets as their status allows, and waits for what was evicted to be gone.
 */
export async function drainSlice(ports: Ports, input: Input, signal?: AbortSignal): Promise<Output> {
  const cluster = await ports.cluster(input.cluster);
  const now = ports.clock.now();
  const slice: Slice = {
    input,
    ends: now + sliceLength,
    targets: input.targets,
    pausedBecause: undefined,
    uncordoned: [],
    checkedAt: 0,
    nodesReadAt: 0,
    idleRounds: 0,
    memory: emptyMemory,
    evicted: 0,
    forced: 0,
    reasons: [],
  };
  const pods = new ObservedPods(ports.clock, cluster);
  for (;;) {
    if (ports.clock.now() - slice.checkedAt >= recheck) await recheckCases(ports, slice);
    if (ports.clock.now() - slice.nodesReadAt >= recheckIdle) await recheckNodes(ports, cluster, slice);
    const round = await playRound(ports, cluster, slice, pods);
    const settled = await settle(ports, cluster, slice, pods, round);
    if (settled.status !== 'Draining') return await finish(cluster, slice, settled.status, settled.reasons, round);
    const pause = nextLook(slice, pods, round, ports.clock.now());
    const idle = round.steps.length === 0 && !pods.terminating();
    const voluntary = slice.targets.every((target) => !target.forced);
    if (voluntary && idle) return await finish(cluster, slice, 'Waiting', settled.reasons, round);
    if (ports.clock.now() + pause >= slice.ends)
      return await finish(cluster, slice, 'Draining', settled.reasons, round);
    await ports.clock.sleep(pause, signal);
  }
}

/** Cases that later events joined, and the pause switch. */
async function recheckCases(ports: Ports, slice: Slice): Promise<void> {
  slice.checkedAt = ports.clock.now();
  slice.pausedBecause = await ports.settings.paused();
  const refreshed = await refreshTargets(ports, slice.input, slice.targets);
  slice.targets = refreshed.targets;
  slice.reasons.push(...refreshed.lost);
}

/** Nodes by UID: which are gone, and which somebody has taken back. */
async function recheckNodes(ports: Ports, cluster: ClusterApi, slice: Slice): Promise<void> {
  slice.nodesReadAt = ports.clock.now();
  const nodes = await readNodes(cluster, slice.targets);
  slice.uncordoned = [...nodes].flatMap(([name, node]) => (takenBack(node) ? [name] : []));
  const gone = slice.targets.filter((target) => !nodes.has(target.nodeName));
  slice.reasons.push(...gone.map((target) => because('NodeGone', target.nodeName)));
  slice.targets = slice.targets.filter((target) => nodes.has(target.nodeName));
}

/** We cordoned it, and it is not cordoned any more. */
function takenBack(node: NodeFacts): boolean {
  return (node.annotations[undoAnnotation] ?? '').split(',').includes('cordon') && !node.unschedulable;
}

/** Nothing is evicted any more once we are paused, or somebody has taken back a node that is not lost anyway. */
function mayGoOn({ pausedBecause, targets, uncordoned }: Slice): boolean {
  const takenBack = targets.some(({ forced, nodeName }) => !forced && uncordoned.includes(nodeName));
  return pausedBecause === undefined && !takenBack;
}

async function playRound(ports: Ports, cluster: ClusterApi, slice: Slice, pods: ObservedPods): Promise<DrainRound> {
  const settings = await ports.settings.cluster(slice.input.cluster);
  const policy = settings['node-replacement'];
  let observed = await pods.read(namesOf(slice));
  if (pods.newcomers()) {
    await recheckNodes(ports, cluster, slice);
    observed = await pods.read(namesOf(slice));
  }
  const budgets = pods.needBudgets() ? await cluster.listBudgets() : [];
  const plan = () =>
    planRound({
      now: ports.clock.now(),
      nodes: mayGoOn(slice) ? drainsOf(slice, policy) : new Map(),
      pods: observed,
      budgets,
      memory: slice.memory,
      protectedNamespaces: policy['protected-namespaces'],
    });
  let round = plan();
  const mayBeTakenBack = slice.targets.some(({ forced }) => !forced);
  if (round.steps.length > 0 && mayBeTakenBack && ports.clock.now() - slice.nodesReadAt >= recheck) {
    await recheckNodes(ports, cluster, slice);
    observed = await pods.read(namesOf(slice));
    round = plan();
  }
  slice.idleRounds = round.steps.length > 0 ? 0 : slice.idleRounds + 1;
  const forcedNow = slice.targets.some((target) => target.forced);
  const taken = await takeSteps(ports.clock, cluster, round.steps, slice.memory, forcedNow);
  pods.apply(taken.left);
  slice.memory = taken.memory;
  slice.evicted += taken.evicted;
  slice.forced += taken.forced;
  slice.reasons.push(...taken.reasons);
  return { ...round, waiting: [...round.waiting, ...taken.refused] };
}

function drainsOf({ targets }: Slice, policy: ClusterSettings['node-replacement']) {
  return new Map(
    targets.map((target) => [target.nodeName, nodeDrain(target, policyFor(policy, target.cause, target.group))]),
  );
}

function namesOf({ targets }: Slice): string[] {
  return targets.map(({ nodeName }) => nodeName);
}

/** Whether every node is done. Says `Draining` without looking at volumes while pods are left. */
async function settle(ports: Ports, cluster: ClusterApi, slice: Slice, pods: ObservedPods, round: DrainRound) {
  const policy = (await ports.settings.cluster(slice.input.cluster))['node-replacement'];
  const empty = [...round.remaining.values()].every((count) => count === 0);
  const volumes = empty ? await cluster.countVolumes([...round.remaining.keys()]) : new Map<string, number>();
  const attached = new Map<string, number>();
  for (const [name, count] of volumes) {
    const claims = pods
      .on(name)
      .filter((pod) => classifyPod(pod) === 'Stays')
      .flatMap((pod) => pod.claims);
    attached.set(name, volumesToGo(count, claims.length));
  }
  const state: DrainState = {
    now: ports.clock.now(),
    targets: slice.targets,
    remaining: round.remaining,
    attached,
    uncordoned: slice.uncordoned,
    pausedBecause: slice.pausedBecause,
    mayForce: new Map(
      slice.targets.map((target) => [target.nodeName, policyFor(policy, target.cause, target.group).forceDelete]),
    ),
  };
  return drainStatus(state);
}

function nextLook(slice: Slice, pods: ObservedPods, round: DrainRound, now: number): number {
  const soonest = slice.targets.flatMap((target) => target.drainBy ?? []).filter((moment) => moment > now);
  const held = round.waiting.some(({ reason }) => reason.code.startsWith('Budget'));
  const moments = [round.changesAt ?? Number.MAX_SAFE_INTEGER, ...soonest].map((moment) => moment - now);
  const look = lookAgain[Math.min(slice.idleRounds, lookAgain.length - 1)] ?? 0;
  return Math.max(50, Math.min(held ? look : pods.nextRead(), ...moments));
}

/** The report of a slice; the first one of a run that is blocked says so on the pods too. */
async function finish(
  cluster: ClusterApi,
  slice: Slice,
  status: Output['status'],
  reasons: readonly Reason[],
  round: DrainRound,
): Promise<Output> {
  const waiting = round.waiting.map(({ reason }) => reason).filter(({ code }) => code !== 'PodTerminating');
  const held = round.waiting.filter(({ reason }) => blockers.includes(reason.code));
  if (status !== 'Drained' && !slice.input.blockedReported) await sayBlocked(cluster, held, slice.input.execution);
  return {
    status,
    blocked: held.length > 0,
    evicted: slice.evicted,
    forced: slice.forced,
    done: summarise(slice.reasons),
    reasons: summarise([...reasons, ...(status === 'Drained' ? [] : waiting)]),
  };
}
