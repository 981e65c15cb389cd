import type { WitnessedCall } from '../../sandbox/witness.ts';
import type { World } from '../../sandbox/world/world.ts';
import { isOurs } from './principals.ts';

interface Size {
  /** What the owners of the group want: their absolute words, and their relative ones since. */
  wanted: number;
  /** What Auto Scaling has. */
  desired: number;
}

/** The size that the owners of each group want, whatever the product has added to it or taken from it. */
export class OwnersSizes {
  readonly #groups: World['groups'];
  readonly #sizes: Map<string, Size>;

  constructor(groups: World['groups']) {
    this.#groups = groups;
    this.#sizes = new Map(groups.all().map(({ name, desired }) => [name, { wanted: desired, desired }] as const));
  }

  /** Within the bounds that the group has now; undefined when there is no such group. */
  wanted(name: string): number | undefined {
    const group = this.#groups.all().find((each) => each.name === name);
    const size = this.#sizes.get(name);
    return group && Math.min(group.max, Math.max(group.min, size?.wanted ?? group.desired));
  }

  /** What changed since the last look was done by the call that has just ended; Auto Scaling itself changes no desired size here. */
  see({ service, operation, input, principal }: WitnessedCall): void {
    if (service !== 'autoscaling') return;
    const absolute = operation === 'SetDesiredCapacity' || operation === 'UpdateAutoScalingGroup';
    for (const { name, desired } of this.#groups.all()) {
      const size = this.#sizes.get(name) ?? { wanted: desired, desired };
      this.#sizes.set(name, size);
      const change = desired - size.desired;
      size.desired = desired;
      if (isOurs(principal)) continue;
      if (absolute && input['AutoScalingGroupName'] === name) size.wanted = desired;
      else size.wanted += change;
    }
  }
}
