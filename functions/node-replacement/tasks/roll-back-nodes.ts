import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import type { Scope } from '../../../shared/work/journal.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { cases } from '../../../shared/workflow/live/cases.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { groups } from '../../../shared/workflow/live/groups.ts';
import { journal } from '../../../shared/workflow/live/journal.ts';
import { leases } from '../../../shared/workflow/live/leases.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { type Shrinking, shrinkGroup } from '../capacity/shrink-group.ts';
import {
  because,
  type Change,
  change,
  type InputOf,
  type NeedsOf,
  nodeReplacement,
  type OutputOf,
  type Reason,
} from '../contract.ts';
import { executionAnnotation, rollBackChange, rollBackInWords } from '../core/node-changes.ts';
import { isEnding, survivorsOf } from '../core/size-group.ts';
import { changeNode } from '../nodes/change-node.ts';

type Ports = PortsOf<NeedsOf<'rollBackNodes'>, Change>;
type Cluster = Awaited<ReturnType<Ports['cluster']>>;

const inFlight = 16;

/**
 * Puts back exactly what the execution `of` changed, as the nodes and the journal recorded it, and closes its cases. A node whose
 * instance is ending already stays cordoned.
 */
export function rollBackNodes(ports: Ports) {
  return async (
    { cluster: name, of }: InputOf<'rollBackNodes'>,
    signal?: AbortSignal,
  ): Promise<OutputOf<'rollBackNodes'>> => {
    const api = await ports.cluster(name);
    const [scope, nodes] = await Promise.all([ports.journal.scopeOf(of), api.listNodes()]);
    const marked = nodes.filter((node) => node.annotations[executionAnnotation] === of);
    const facts = await groupsOf(ports, scope, marked);
    const run = { cluster: name, execution: of, api, nodes };
    const resized = scope ? await takeBackReplacements(ports, run, facts, signal) : [];
    const isLeaving = ({ instanceId }: NodeFacts) =>
      instanceId !== undefined && [...facts.values()].some((group) => isEnding(group, instanceId));
    const staying = marked.filter((node) => !isLeaving(node));
    const restored = await inParallel(staying, inFlight, (node) => restore(api, node, of));
    await inParallel(scope?.subjects ?? [], inFlight, (subject) => ports.cases.close(subject, of, 'RolledBack'));
    const reasons = [...resized, ...restored.flat()];
    return {
      outcome: 'RolledBack',
      reasons: reasons.length > 0 ? reasons : [because('RolledBack', of, 'nothing of it was left')],
    };
  };
}

/** The groups that the run may have changed, and those of the nodes that it marked. */
async function groupsOf(ports: Ports, scope: Scope | undefined, marked: readonly NodeFacts[]) {
  const memberships = await ports.groups.groupsOf(marked.flatMap(({ instanceId }) => instanceId ?? []));
  return await ports.groups.describe([...new Set([...(scope?.things ?? []), ...memberships.values()])]);
}

async function restore(api: Cluster, node: NodeFacts, of: string): Promise<Reason[]> {
  let words = '';
  const answer = await changeNode(api, node, (latest) => {
    const undone = rollBackChange(latest, of);
    words = undone ? rollBackInWords(undone) : '';
    return undone;
  });
  if (answer !== 'Changed') return [];
  const reference = { kind: 'Node', namespace: '', name: node.name, uid: node.uid } as const;
  const message = `rolled back: ${words} (${of})`;
  await api.recordEvent(reference, { type: 'Normal', reason: 'StewardRolledBack', message });
  return [because('RolledBack', node.name, words)];
}

/** Only replacements of instances that are still in service: an instance that ended took its unit of capacity with it. */
async function takeBackReplacements(
  ports: Ports,
  run: Omit<Shrinking, 'since'>,
  facts: ReadonlyMap<string, GroupFacts>,
  signal: AbortSignal | undefined,
): Promise<Reason[]> {
  const changes = await ports.journal.changesOf(run.execution);
  const out = changes.flatMap(({ change: made, at }) =>
    made.kind === 'Resize' && made.direction === 'Out' ? [{ resize: made, since: at }] : [],
  );
  const reasons: Reason[] = [];
  for (const { resize, since } of out) {
    const group = facts.get(resize.group);
    const alive = survivorsOf(resize, group);
    if (!group || alive.length === 0) continue;
    reasons.push(...(await shrinkGroup(ports, { ...run, since }, group, alive, signal)));
  }
  return reasons;
}

const connectors = { cases, journal: journal(nodeReplacement.name, change), leases, groups, cluster };
export const handler = defineTask(nodeReplacement.tasks.rollBackNodes, connectors, rollBackNodes);
