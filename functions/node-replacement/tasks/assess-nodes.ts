import type * as z from 'zod';
import type { ClusterSettings } from '../../../shared/config/schema.ts';
import { type Case, leaseHasEnded } from '../../../shared/domain/case.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { idOf, type Subject } from '../../../shared/domain/subject.ts';
import { defineTask, parseInput } from '../../../shared/workflow/define-task.ts';
import { cases } from '../../../shared/workflow/live/cases.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { groups } from '../../../shared/workflow/live/groups.ts';
import { journal } from '../../../shared/workflow/live/journal.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { stopWhenPaused } from '../../../shared/workflow/pause.ts';
import {
  because,
  type Change,
  change,
  executionInput,
  type InputOf,
  interruptions,
  type NeedsOf,
  nodeReplacement,
  type OutputOf,
  type Reason,
  type Target,
} from '../contract.ts';
import { type Assessment, assessTarget, idleOutcome, type Known, knownOf } from '../core/assess-target.ts';
import { resolvePolicy } from '../core/policy.ts';
import { instanceSubject } from '../core/targets.ts';
import { planDrain } from '../drain/plan-drain.ts';
import { findNodes } from '../nodes/find-nodes.ts';
import { reachable } from '../reachable.ts';

type Ports = PortsOf<NeedsOf<'assessNodes'>, Change>;
type Cluster = Awaited<ReturnType<Ports['cluster']>>;
type Given = z.output<typeof executionInput>;

interface Assessed {
  readonly known: Known;
  readonly assessment: Assessment;
}

/** Reads the truth about every named instance, decides what is to be done, and claims those cases. */
export function assessNodes(ports: Ports) {
  return async ({
    execution,
    input,
    rolledBack,
  }: Omit<InputOf<'assessNodes'>, 'rolledBack'> & { readonly rolledBack?: readonly string[] }): Promise<
    OutputOf<'assessNodes'>
  > => {
    const given = parseInput(executionInput, input);
    const nothing = blank(execution, given);
    if (given.cause === 'Cleanup') return { ...nothing, verdict: 'RollBack', outcome: 'RolledBack' };
    const clusterSettings = await ports.settings.cluster(given.cluster);
    if (!given.dryRun) await stopWhenPaused(ports);
    const api = await ports.cluster(given.cluster);
    const { assessed, unknown, known } = await assessAll(ports, api, clusterSettings, given);
    const assessments = assessed.map(({ assessment }) => assessment);
    if (given.dryRun) {
      const targets = targetsOf(assessments);
      const reasons = [...unknown, ...assessments.flatMap((assessment) => assessment.reasons)];
      const plan = await planDrain(ports.clock, api, clusterSettings, targets);
      return { ...nothing, verdict: targets.length > 0 ? 'DryRun' : 'Nothing', targets, reasons, plan };
    }
    const dead = deadHolder(known, ports.clock.now(), [execution, ...(rolledBack ?? [])]);
    if (dead?.holder) {
      const reasons = [because('HolderDied', idOf(dead.subject), dead.holder)];
      return { ...nothing, verdict: 'TakeOver', outcome: 'Failed', reasons, of: dead.holder };
    }
    const { acting, reasons } = await claimAll(ports, given.cluster, execution, assessed);
    const all = [...unknown, ...reasons];
    if (acting.length === 0) return { ...nothing, outcome: idleOutcome(assessments), reasons: all };
    const verdict = acting.some(({ interrupted }) => interrupted) ? 'Interrupted' : 'Voluntary';
    return { ...nothing, verdict, outcome: 'Failed', targets: acting, reasons: all };
  };
}

/** An answer of an execution that does nothing. */
function blank(execution: string, { cluster: name, instances, nodes, of, reason }: Given) {
  const subject = [...instances, ...nodes].join(', ') || (of ?? '');
  const identity = { cluster: name, subject, why: reason ?? '', of: of ?? execution };
  const none = { targets: [], reasons: [], plan: [] };
  return { ...identity, ...none, verdict: 'Nothing', outcome: 'NothingToDo' } satisfies OutputOf<'assessNodes'>;
}

async function assessAll(ports: Ports, api: Cluster, clusterSettings: ClusterSettings, given: Given) {
  const policy = clusterSettings['node-replacement'];
  const { nodes, unknown } = await nodesOf(api, given);
  const ids = [...new Set([...given.instances, ...instancesOf(nodes, given.nodes)])];
  const table = reachable(ports, [{ interrupted: interruptions.includes(given.cause) }]);
  const memberships = await ports.groups.groupsOf(ids);
  const [facts, known] = await Promise.all([
    ports.groups.describe([...new Set(memberships.values())]),
    table.cases.read(ids.map(instanceSubject)),
  ]);
  const now = ports.clock.now();
  const assessed = ids.map((id): Assessed => {
    const told = knownOf(id, given.cause, given.facts[id], known.get(instanceSubject(id)));
    const group = memberships.get(id);
    const situation = {
      ...told,
      now,
      node: nodes.get(id),
      group: group === undefined ? undefined : facts.get(group),
      policy: resolvePolicy(policy, told.cause, group ?? null),
      actOn: policy['act-on'],
    };
    return { known: told, assessment: assessTarget(situation) };
  });
  return { assessed, known, unknown };
}

/** The nodes of the named instances and the named nodes, by instance; `unknown` says which names no node of an instance has. */
async function nodesOf(api: Cluster, { instances, nodes: names, facts }: Given) {
  const wanted = instances.map((instanceId) => ({ instanceId, nodeName: facts[instanceId]?.nodeName }));
  const nodes = wanted.length > 0 ? await findNodes(api, wanted) : new Map<string, NodeFacts>();
  const named = await Promise.all(names.map((name) => api.getNode(name)));
  for (const node of named) if (node?.instanceId !== undefined) nodes.set(node.instanceId, node);
  const missing = names.filter((_, index) => named[index]?.instanceId === undefined);
  return { nodes, unknown: missing.map((name) => because('NodeGone', name)) };
}

/** The instances of the nodes that a person named. */
function instancesOf(nodes: ReadonlyMap<string, NodeFacts>, names: readonly string[]): string[] {
  return [...nodes].flatMap(([instanceId, { name }]) => (names.includes(name) ? [instanceId] : []));
}

/** A case whose holder has let its lease end; not those of `others`. */
function deadHolder(known: ReadonlyMap<Subject, Case>, now: number, others: readonly string[]): Case | undefined {
  return [...known.values()].find((open) => leaseHasEnded(open, now) && !others.includes(open.holder ?? ''));
}

function targetsOf(assessments: readonly Assessment[]): Target[] {
  return assessments.flatMap((assessment) => (assessment.kind === 'Act' ? [assessment.target] : []));
}

/** Claims what we act on and closes the rest. */
async function claimAll(ports: Ports, name: string, execution: string, assessed: readonly Assessed[]) {
  const targets = targetsOf(assessed.map(({ assessment }) => assessment));
  if (targets.length > 0) {
    const subjects = targets.map(({ instanceId }) => instanceSubject(instanceId));
    const things = [...new Set(targets.flatMap(({ group }) => group ?? []))];
    // One interrupted node is enough to go on without the table.
    const urgent = targets.filter(({ interrupted }) => interrupted);
    const table = reachable(ports, urgent.length > 0 ? urgent : targets);
    await table.journal.begin(execution, { cluster: name, subjects, things });
  }
  const claims = await Promise.all(assessed.map((one) => claim(ports, name, execution, one)));
  return {
    acting: claims.flatMap(({ target }) => target ?? []),
    reasons: claims.flatMap(({ reasons }) => reasons),
  };
}

async function claim(
  ports: Ports,
  name: string,
  execution: string,
  { known, assessment }: Assessed,
): Promise<{ readonly target?: Target; readonly reasons: readonly Reason[] }> {
  const { instanceId, cause, interrupted, endsAt } = known;
  const table = reachable(ports, [known]);
  const subject = instanceSubject(instanceId);
  const claimed = await table.cases.claim({ subject, cluster: name, cause, interrupted, endsAt }, execution);
  if (!claimed.claimed) return { reasons: [because('JoinedOtherExecution', instanceId, claimed.holder ?? '')] };
  if (assessment.kind === 'Act') return { target: assessment.target, reasons: assessment.reasons };
  const outcome = assessment.kind === 'HandOver' ? 'HandedOver' : 'NothingToDo';
  await table.cases.close(subject, execution, outcome);
  return { reasons: assessment.reasons };
}

const connectors = { settings, cases, journal: journal(nodeReplacement.name, change), groups, cluster };
export const handler = defineTask(nodeReplacement.tasks.assessNodes, connectors, assessNodes);
