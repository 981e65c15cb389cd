import type { SandboxClock } from '../../clock.ts';
import type { Instance } from '../ec2/instance.ts';
import type { Spot } from '../ec2/spot.ts';
import { secondsOf } from './activities.ts';
import type { Groups } from './groups.ts';

/** Capacity Rebalancing: groups that have it answer EC2's notices themselves. */
export function rebalanceCapacity(
  groups: Groups,
  { spot, clock }: { readonly spot: Spot; readonly clock: SandboxClock },
): void {
  spot.subscribe({
    interrupted: (instance) => interrupted(groups, clock, instance),
    recommended: (instance) => recommended(groups, instance),
  });
}

/**
 * "When an instance receives a final two-minute interruption notice, Auto Scaling calls the termination lifecycle hook and attempts to
 * launch a replacement immediately", in groups that rebalance: ec2-auto-scaling-capacity-rebalancing.
 */
function interrupted(groups: Groups, clock: SandboxClock, instance: Instance): void {
  const found = groups.memberOf(instance.instanceId);
  if (!found?.group.capacityRebalance || found.member.lifecycleState !== 'InService') return;
  const { group, member } = found;
  const hooked = [...group.hooks.values()].some(
    ({ transition }) => transition === 'autoscaling:EC2_INSTANCE_TERMINATING',
  );
  if (hooked) {
    const now = secondsOf(clock.now());
    groups.terminate(
      group,
      member,
      `At ${now} an instance was taken out of service in response to an EC2 instance interruption notice.`,
    );
    return;
  }
  member.atRisk = true;
  groups.look(group);
}

function recommended(groups: Groups, instance: Instance): void {
  const found = groups.memberOf(instance.instanceId);
  if (!found?.group.capacityRebalance) return;
  found.member.atRisk = true;
  groups.look(found.group);
}
