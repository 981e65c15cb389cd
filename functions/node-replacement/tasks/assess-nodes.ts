import type * as z from 'zod';
import type { ClusterSettings } from '../../../shared/config/schema.ts';
import { type Case, leaseHasEnded } from '../../../shared/domain/case.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import { AccessDeniedError } from '../../../shared/runtime/errors.ts';
import { defineTask, parseInput } from '../../../shared/workflow/define-task.ts';
import { because, type Cause, contract, executionInput, forcedCauses, type Reason, type Target } from '../contract.ts';
import { type Assessment, assessTarget } from '../core/assess-target.ts';
import { describeRights, forceDeleteRight, neededRights } from '../core/rights.ts';
import { planDrain } from '../drain/plan-drain.ts';
import { evenWithoutTable } from '../even-without-table.ts';
import { livePorts } from '../live-ports.ts';
import { findNodes } from '../nodes/find-nodes.ts';
import { policyFor } from '../policy-for.ts';
import type { Ports } from '../ports.ts';

type Input = z.output<typeof executionInput>;
type Output = z.input<(typeof contract)['assessNodes']['output']>;

interface Subject {
  readonly instanceId: string;
  readonly nodeName: string | undefined;
  readonly cause: Cause;
  readonly forced: boolean;
  readonly deadline: number | null;
}

interface Given {
  readonly execution: string;
  readonly input?: unknown;
  /** Dead executions after which this one has tidied up. */
  readonly tidied?: readonly string[];
}

/** Reads the truth about every named instance, decides what is ours to do, and claims those cases. */
export function assessNodes(ports: Ports) {
  return async ({ execution, input: given, tidied = [] }: Given): Promise<Output> => {
    const input = parseInput(executionInput, given);
    const settings = await ports.settings.cluster(input.cluster);
    const about = [...input.instances, ...input.nodes].join(', ');
    const base = { cluster: input.cluster, subject: about || (input.of ?? ''), why: input.reason ?? '', targets: [] };
    if (input.cause === 'Cleanup') {
      return { ...base, verdict: 'RollBack', outcome: 'RolledBack', reasons: [], of: input.of };
    }
    const paused = input.dryRun ? undefined : await ports.settings.paused();
    if (paused !== undefined) {
      const reasons = [because('Paused', input.cluster, paused)];
      return { ...base, verdict: 'Nothing', outcome: 'NothingToDo', reasons };
    }
    const cluster = await ports.cluster(input.cluster);
    const mayDelete = await checkRights(cluster, input.cluster);
    const { assessments, unknown, cases } = await assessAll(ports, cluster, settings, input);
    const dead = input.dryRun ? undefined : deadHolder(cases, ports.clock.now(), [execution, ...tidied]);
    if (dead?.holder) {
      const reasons = [because('HolderDied', dead.instanceId, dead.holder)];
      return { ...base, verdict: 'TakeOver', outcome: 'Failed', reasons, of: dead.holder };
    }
    const { acting, reasons } = input.dryRun
      ? { acting: targetsOf(assessments), reasons: reasonsOf(assessments) }
      : await claimAll(ports, input.cluster, execution, assessments);
    const denied = mayDelete ? [] : wouldForce(settings, acting).map((name) => because('ForceDeleteDenied', name));
    const all = [...unknown, ...reasons, ...denied];
    if (input.dryRun) {
      const plan = await planDrain(ports.clock, cluster, settings, acting);
      return { ...base, verdict: 'Nothing', outcome: 'NothingToDo', targets: acting, reasons: all, plan };
    }
    if (acting.length === 0) return { ...base, verdict: 'Nothing', outcome: idleOutcome(assessments), reasons: all };
    const verdict = acting.some((target) => target.forced) ? 'Forced' : 'Voluntary';
    return { ...base, verdict, outcome: 'Failed', targets: acting, reasons: all };
  };
}

/** A missing rule of RBAC is found before the first write, and named. Says whether we may also delete pods. */
async function checkRights(cluster: ClusterApi, name: string): Promise<boolean> {
  const missing = await cluster.missingRights([...neededRights, forceDeleteRight]);
  const words = describeRights(missing.filter((right) => right !== forceDeleteRight));
  if (words.length > 0)
    throw new AccessDeniedError(`cluster ${name} does not let eks-steward ${words.join('; ')}`, words);
  return missing.length === 0;
}

/** Nodes whose policy allows forced deletions. */
function wouldForce({ 'node-replacement': policy }: ClusterSettings, targets: readonly Target[]): string[] {
  return targets
    .filter((target) => policyFor(policy, target.cause, target.group).forceDelete)
    .map(({ nodeName }) => nodeName);
}

async function assessAll(ports: Ports, cluster: ClusterApi, settings: ClusterSettings, input: Input) {
  const known = input.instances.map((instanceId) => ({ instanceId, nodeName: input.facts[instanceId]?.nodeName }));
  const byInstance = known.length > 0 ? await findNodes(cluster, known) : new Map<string, NodeFacts>();
  const named = await Promise.all(input.nodes.map((name) => cluster.getNode(name)));
  for (const node of named) if (node?.instanceId !== undefined) byInstance.set(node.instanceId, node);
  const unknown = input.nodes.filter((_, index) => named[index]?.instanceId === undefined);
  const ids = [...new Set([...input.instances, ...named.flatMap((node) => node?.instanceId ?? [])])];
  const groupNames = await ports.groups.groupsOf(ids);
  const [groups, cases] = await Promise.all([
    ports.groups.describe([...new Set(groupNames.values())]),
    evenWithoutTable(forcedCauses.includes(input.cause), () => ports.cases.read(ids), new Map<string, Case>()),
  ]);
  const policy = settings['node-replacement'];
  const assessments = ids.map((instanceId) => {
    const subject = subjectOf(instanceId, input, cases.get(instanceId));
    const group = groupNames.get(instanceId);
    const situation = {
      ...subject,
      now: ports.clock.now(),
      node: byInstance.get(instanceId),
      group: group === undefined ? undefined : groups.get(group),
      policy: policyFor(policy, subject.cause, group ?? null),
      actOn: policy['act-on'],
    };
    return { subject, assessment: assessTarget(situation) };
  });
  return { assessments, cases, unknown: unknown.map((name) => because('NodeGone', name)) };
}

/** A case whose holder has let its lease end; not those of `others`. */
function deadHolder(cases: ReadonlyMap<string, Case>, now: number, others: readonly string[]): Case | undefined {
  return [...cases.values()].find((open) => leaseHasEnded(open, now) && !others.includes(open.holder ?? ''));
}

/** What the case knows is at least as urgent as what started this execution. */
function subjectOf(instanceId: string, input: Input, open: Case | undefined): Subject {
  const facts = input.facts[instanceId];
  const joined = open?.state === 'Open' ? open : undefined;
  const deadlines = [facts?.deadline, joined?.deadline ?? undefined].filter((deadline) => deadline !== undefined);
  return {
    instanceId,
    nodeName: facts?.nodeName,
    cause: joined?.forced ? (joined.cause as Cause) : input.cause,
    forced: joined?.forced === true || forcedCauses.includes(input.cause),
    deadline: deadlines.length > 0 ? Math.min(...deadlines) : null,
  };
}

type Assessed = readonly { readonly subject: Subject; readonly assessment: Assessment }[];

function targetsOf(assessed: Assessed): Target[] {
  return assessed.flatMap(({ assessment }) => (assessment.kind === 'Act' ? [assessment.target] : []));
}

function reasonsOf(assessed: Assessed): Reason[] {
  return assessed.flatMap(({ assessment }) => assessment.reasons);
}

/** Claims what we act on and closes the rest. An interrupted instance is worked on even while the table is out of reach. */
async function claimAll(ports: Ports, cluster: string, execution: string, assessed: Assessed) {
  const targets = targetsOf(assessed);
  const groups = [...new Set(targets.flatMap((target) => target.group ?? []))];
  const instanceIds = targets.map((target) => target.instanceId);
  const forced = targets.some((target) => target.forced);
  if (targets.length > 0) {
    await evenWithoutTable(
      forced,
      () => ports.cases.recordExecution({ execution, cluster, instanceIds, groups }),
      undefined,
    );
  }
  const outcomes = await Promise.all(
    assessed.map(async ({ subject, assessment }) => {
      const news = { ...subject, cluster };
      const claim = await evenWithoutTable(subject.forced, () => ports.cases.claim(news, execution), undefined);
      if (claim && !claim.claimed)
        return { reasons: [because('JoinedOtherExecution', subject.instanceId, claim.case.holder ?? '')] };
      if (assessment.kind === 'Act') return { target: assessment.target, reasons: assessment.reasons };
      const outcome = assessment.kind === 'HandOver' ? 'HandedOver' : 'NothingToDo';
      await evenWithoutTable(
        subject.forced,
        () => ports.cases.close(subject.instanceId, execution, outcome),
        undefined,
      );
      return { reasons: assessment.reasons };
    }),
  );
  return {
    acting: outcomes.flatMap(({ target }) => target ?? []),
    reasons: outcomes.flatMap(({ reasons }) => reasons),
  };
}

function idleOutcome(assessed: Assessed): Output['outcome'] {
  const handedOver = assessed.some(({ assessment }) => assessment.kind === 'HandOver');
  return handedOver ? 'HandedOver' : 'NothingToDo';
}

export const handler = defineTask(contract.assessNodes, (input, signal) => assessNodes(livePorts(signal))(input));
