import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { plural } from '../../../shared/domain/plural.ts';
import { because, type Change, type Reason, type Target } from '../contract.ts';

export type Resize = Extract<Change, { kind: 'Resize' }>;

export interface LaunchPlan {
  /** How many more instances the group is asked for; 0 when it cannot be asked. */
  readonly count: number;
  readonly reasons: readonly Reason[];
}

/** How many of the wanted replacements the group may launch. The maximum size is the operator's, never ours to raise. */
export function planLaunch(group: GroupFacts, wanted: number): LaunchPlan {
  if (group.suspended.includes('Launch')) return { count: 0, reasons: [because('LaunchSuspended', group.name)] };
  const count = Math.max(0, Math.min(wanted, group.max - group.desired));
  const reasons: Reason[] = [];
  if (count > 0)
    reasons.push(because('ReplacementRequested', group.name, `from ${group.desired} to ${group.desired + count}`));
  if (count < wanted)
    reasons.push(
      because(
        'GroupAtMaximum',
        group.name,
        `desired capacity ${group.desired}, maximum ${group.max}, ${plural(wanted, 'new instance')} needed`,
      ),
    );
  return { count, reasons };
}

/** The nodes that joined the group since then. */
export function nodesLaunchedSince(group: GroupFacts, nodes: readonly NodeFacts[], since: number): NodeFacts[] {
  const members = new Set(group.instances.map((instance) => instance.instanceId));
  return nodes.filter(
    (node) => node.instanceId !== undefined && members.has(node.instanceId) && node.createdAt >= since,
  );
}

/**
 * How many new nodes are still to come for ours. A group whose every unit of desired capacity is a Ready node is complete,
 * also when somebody made it smaller meanwhile.
 */
export function missingFrom(
  group: GroupFacts,
  targets: readonly Target[],
  nodes: readonly NodeFacts[],
  since: number,
): number {
  const ours = targets.filter((target) => target.group === group.name).length;
  const launched = nodesLaunchedSince(group, nodes, since).filter(({ ready }) => ready).length;
  const inService = new Set(
    group.instances.filter(({ lifecycleState }) => lifecycleState === 'InService').map(({ instanceId }) => instanceId),
  );
  const ready = nodes.filter((node) => node.ready && inService.has(node.instanceId ?? '')).length;
  return Math.max(0, Math.min(ours - launched, group.desired - ready));
}

/** Is the instance on its way out of its group? */
export function isEnding(group: GroupFacts | undefined, instanceId: string): boolean {
  return (
    group?.instances.find((member) => member.instanceId === instanceId)?.lifecycleState.startsWith('Terminat') ?? false
  );
}

/** The instances replaced by a resize that are still in service: one that ended took its unit of capacity with it. */
export function survivorsOf({ instanceIds }: Resize, group: GroupFacts | undefined): string[] {
  const members = new Set(group?.instances.map(({ instanceId }) => instanceId));
  return instanceIds.filter((id) => members.has(id) && !isEnding(group, id));
}

export interface ShrinkPlan {
  /** Instances to end together with one unit of desired capacity each. */
  readonly terminate: readonly string[];
  /** The desired capacity to set when nothing has to end for it. */
  readonly desired: number | undefined;
  readonly reasons: readonly Reason[];
}

/**
 * Takes back `surplus` units of desired capacity without letting the group choose a victim: what has not been launched is
 * only counted down, an instance that is still starting or carries no work ends, and one that carries pods is kept.
 */
export function planShrink(
  group: GroupFacts,
  surplus: number,
  launched: readonly { readonly instanceId: string; readonly carriesPods: boolean }[],
): ShrinkPlan {
  const alive = group.instances.filter((instance) => !instance.lifecycleState.startsWith('Terminat'));
  const notLaunched = Math.min(surplus, Math.max(0, group.desired - alive.length));
  const joined = new Map(launched.map((instance) => [instance.instanceId, instance.carriesPods]));
  const starting = alive.filter(
    (instance) => instance.lifecycleState.startsWith('Pending') && joined.get(instance.instanceId) !== true,
  );
  const idle = launched.filter((instance) => !instance.carriesPods);
  const candidates = [...new Set([...starting, ...idle].map((instance) => instance.instanceId))];
  const terminate = candidates.slice(0, surplus - notLaunched);
  const kept = surplus - notLaunched - terminate.length;
  return {
    terminate,
    desired: notLaunched > 0 ? Math.max(group.min, group.desired - notLaunched) : undefined,
    reasons: kept > 0 ? [because('ReplacementKept', group.name, `by ${plural(kept, 'instance')}`)] : [],
  };
}
