import type { WitnessedCall } from '../../../sandbox/witness.ts';
import type { Invariant } from '../contract.ts';
import { isOurs } from '../scene.ts';

interface Size {
  /** What the owners of the group want: their absolute words, and their relative ones since. */
  wanted: number;
  /** What Auto Scaling has. */
  desired: number;
}

/** Laws 5 to 7: a group ends with the size that its last deciding owner set, and nothing of ours on top. */
export const sizesAreTheirOwners: Invariant = {
  name: 'sizes-are-their-owners',
  watch: (scene, violated) => {
    const groups = scene.sandbox.world.groups;
    const sizes = new Map<string, Size>(
      groups.all().map(({ name, desired }) => [name, { wanted: desired, desired }] as const),
    );
    /** What changed since the last look was done by the call that has just ended; Auto Scaling itself changes no desired size here. */
    const settle = (call: WitnessedCall) => {
      const absolute = call.operation === 'SetDesiredCapacity' || call.operation === 'UpdateAutoScalingGroup';
      for (const { name, desired } of groups.all()) {
        const size = sizes.get(name) ?? { wanted: desired, desired };
        sizes.set(name, size);
        const change = desired - size.desired;
        size.desired = desired;
        if (isOurs(call.principal)) continue;
        if (absolute && call.input['AutoScalingGroupName'] === name) size.wanted = desired;
        else size.wanted += change;
      }
    };
    return {
      call: (call) => {
        if (call.service === 'autoscaling') settle(call);
      },
      atLast() {
        for (const { name, desired, min, max } of groups.all()) {
          const size = sizes.get(name);
          const wanted = Math.min(max, Math.max(min, size?.wanted ?? desired));
          if (desired < wanted) violated(`${name} is ${wanted - desired} smaller than its owners want: ${desired}`);
          if (desired > wanted) violated(`${name} is ${desired - wanted} larger than its owners want: ${desired}`);
        }
      },
    };
  },
};
