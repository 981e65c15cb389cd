import type { Invariant } from '../contract.ts';

/** Laws 5 to 7: a group ends with the size that its last deciding owner set, and nothing of ours on top. */
export const sizesAreTheirOwners: Invariant = {
  name: 'sizes-are-their-owners',
  watch: (scene, violated) => ({
    atLast() {
      for (const { name, desired } of scene.sandbox.world.groups.all()) {
        const wanted = scene.sizes.wanted(name) ?? desired;
        if (desired < wanted) violated(`${name} is ${wanted - desired} smaller than its owners want: ${desired}`);
        if (desired > wanted) violated(`${name} is ${desired - wanted} larger than its owners want: ${desired}`);
      }
    },
  }),
};
