import type * as z from 'zod';
import type { ExecutionScope, Resize } from '../../../shared/aws/cases.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { shrinkGroup } from '../capacity/shrink-group.ts';
import { because, contract, type Reason } from '../contract.ts';
import { executionAnnotation, rollBackChange } from '../core/node-changes.ts';
import { livePorts } from '../live-ports.ts';
import { changeNode } from '../nodes/change-node.ts';
import type { Ports } from '../ports.ts';

type Input = z.output<(typeof contract)['rollBackNodes']['input']>;
type Output = z.input<(typeof contract)['rollBackNodes']['output']>;

const inFlight = 16;

/**
 * Puts back exactly what the execution `of` changed, as the nodes and the table recorded it, and closes its cases. A node whose
 * instance is ending already stays cordoned.
 */
export function rollBackNodes(ports: Ports) {
  return async ({ cluster: name, execution, of }: Input): Promise<Output> => {
    const cluster = await ports.cluster(name);
    const scope = await ports.cases.scopeOf(of);
    const resized = scope ? await takeBackReplacements(ports, { cluster: name, execution: of }, scope) : [];
    const marked = (await cluster.listNodes()).filter((node) => node.annotations[executionAnnotation] === of);
    const ending = await endingAmong(ports, marked);
    const stays = ({ instanceId }: NodeFacts) => instanceId === undefined || !ending.has(instanceId);
    const restored = await inParallel(marked.filter(stays), inFlight, async (node): Promise<Reason[]> => {
      const answer = await changeNode(cluster, node, (latest) => rollBackChange(latest, of));
      if (answer !== 'Changed') return [];
      const reference = { kind: 'Node', namespace: '', name: node.name, uid: node.uid } as const;
      const text = { type: 'Normal', reason: 'StewardRolledBack', message: `put back what ${of} had changed` } as const;
      await cluster.recordEvent(reference, text);
      return [because('RolledBack', node.name)];
    });
    await inParallel(scope?.instanceIds ?? [], inFlight, (id) => ports.cases.close(id, of, 'RolledBack'));
    const reasons = [...resized, ...restored.flat()];
    return { outcome: 'RolledBack', reasons: reasons.length > 0 ? reasons : [because('RolledBack', execution)] };
  };
}

/** A node whose instance is ending keeps its cordon: nothing new should start there. */
async function endingAmong(ports: Ports, nodes: readonly NodeFacts[]): Promise<ReadonlySet<string>> {
  const groupNames = await ports.groups.groupsOf(nodes.flatMap(({ instanceId }) => instanceId ?? []));
  const groups = await ports.groups.describe([...new Set(groupNames.values())]);
  const members = [...groups.values()].flatMap(({ instances }) => instances);
  const ending = members.filter(({ lifecycleState }) => lifecycleState.startsWith('Terminat'));
  return new Set(ending.map(({ instanceId }) => instanceId));
}

/** Only replacements of instances that are still in service: an instance that ended took its unit of capacity with it. */
async function takeBackReplacements(
  ports: Ports,
  run: { readonly cluster: string; readonly execution: string },
  scope: ExecutionScope,
): Promise<Reason[]> {
  const out = (await ports.cases.readResizes(run.execution, scope.groups)).filter(
    ({ direction }) => direction === 'Out',
  );
  const groups = await ports.groups.describe(out.map(({ group }) => group));
  const reasons: Reason[] = [];
  for (const resize of out) {
    const alive = survivors(resize, groups.get(resize.group)?.instances ?? []);
    if (alive.length === 0) continue;
    const opened = [...(await ports.cases.read(scope.instanceIds)).values()].map(({ openedAt }) => openedAt);
    reasons.push(...(await shrinkGroup(ports, run, resize.group, alive, Math.min(...opened, ports.clock.now()))));
  }
  return reasons;
}

function survivors(resize: Resize, members: readonly { instanceId: string; lifecycleState: string }[]): string[] {
  const ending = (id: string) =>
    members.find(({ instanceId }) => instanceId === id)?.lifecycleState.startsWith('Terminat');
  return resize.instanceIds.filter((id) => ending(id) === false);
}

export const handler = defineTask(contract.rollBackNodes, (input, signal) => rollBackNodes(livePorts(signal))(input));
