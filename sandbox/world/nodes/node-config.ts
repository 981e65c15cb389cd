import type { NodeConfig } from '../instances.ts';

/** Seconds from a launch to the registration of the node, and from there to Ready, when nobody says otherwise. */
export const bootTimes = { joinsAfter: 40, readyAfter: 5 };

const capacityType = 'eks.amazonaws.com/capacityType';

/** Labels for an instance whose market is not that of its template. */
export function withoutCapacityType(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== capacityType));
}

type Given = Partial<NodeConfig> & { readonly spot: boolean };

/** How an instance becomes a node; what is not given is as in a world file that does not give it. */
export function nodeConfig({ spot, labels, ...given }: Given): NodeConfig {
  return {
    joinsAfter: bootTimes.joinsAfter * 1_000,
    readyAfter: bootTimes.readyAfter * 1_000,
    taints: [],
    ...given,
    labels: { [capacityType]: spot ? 'SPOT' : 'ON_DEMAND', ...labels },
  };
}
