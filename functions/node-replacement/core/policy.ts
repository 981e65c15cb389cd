import { parseDuration } from '../../../shared/domain/duration.ts';
import type { Cause, Policy, Target } from '../contract.ts';
import type { NodeDrain } from './plan-round.ts';

/** The policy for one cause on one node group, with all durations in milliseconds. */
export interface NodePolicy {
  readonly action: 'Act' | 'Notify' | 'Ignore';
  readonly replacement: Target['replacement'];
  readonly forceDelete: boolean;
  readonly unmanagedPods: 'keep' | 'evict';
  /** Interruptions: how long before the instance ends the drain ends. */
  readonly finishBefore: number;
  /** Voluntary causes. */
  readonly drainTimeout: number;
  readonly replacementTimeout: number;
}

const keys = {
  SpotInterruption: 'spot-interruption',
  InstanceStopping: 'instance-stopping',
  RebalanceRecommendation: 'rebalance-recommendation',
  Manual: 'manual',
  Cleanup: 'manual',
} as const satisfies Record<Cause, keyof Policy>;

/** Merges the overrides of every matching node group over the cluster's policy, later ones over earlier ones. */
export function resolvePolicy(policy: Policy, cause: Cause, group: string | null): NodePolicy {
  const key = keys[cause];
  const given: Record<string, unknown> = { ...policy[key] };
  for (const override of policy['node-groups']) {
    if (group !== null && matches(override.match, group)) Object.assign(given, override[key]);
  }
  return {
    action: actionOf(given['action']),
    replacement: replacementOf(given),
    forceDelete: given['force-delete'] === true || given['on-timeout'] === 'force-delete',
    unmanagedPods: given['unmanaged-pods'] === 'keep' ? 'keep' : 'evict',
    finishBefore: milliseconds(given['finish-before']),
    drainTimeout: milliseconds(given['drain-timeout']),
    replacementTimeout: milliseconds(given['replacement-timeout']),
  };
}

/** How the pods of a target's node are treated. */
export function nodeDrain(target: Target, { forceDelete, unmanagedPods }: NodePolicy): NodeDrain {
  const { interrupted, drainBy } = target;
  return { drainBy: interrupted || forceDelete ? drainBy : null, forceDelete, interrupted, unmanagedPods };
}

function actionOf(action: unknown): NodePolicy['action'] {
  if (action === 'notify') return 'Notify';
  return action === 'ignore' ? 'Ignore' : 'Act';
}

function replacementOf(given: Record<string, unknown>): Target['replacement'] {
  if (given['action'] === 'replace-first' || given['replacement'] === 'before-drain') return 'BeforeDrain';
  return given['replacement'] === 'with-drain' ? 'WithDrain' : 'ByGroup';
}

function milliseconds(text: unknown): number {
  return typeof text === 'string' ? (parseDuration(text) ?? 0) : 0;
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
