import type { Policy } from '../contract.ts';

const causes = ['spot-interruption', 'instance-stopping', 'rebalance-recommendation', 'manual'] as const;

/**
 * Does policy allow force deletes for any cause on any group? An override counts although a later one may undo it for the same group:
 * which groups there are, policy cannot know. An event that is to be ignored counts too: it can join a drain that is under way.
 */
export function mayForce(policy: Policy): boolean {
  return [policy, ...policy['node-groups']].some((part) => causes.some((cause) => forces(part[cause] ?? {})));
}

function forces(given: { readonly 'force-delete'?: unknown; readonly 'on-timeout'?: unknown }): boolean {
  return given['force-delete'] === true || given['on-timeout'] === 'force-delete';
}
