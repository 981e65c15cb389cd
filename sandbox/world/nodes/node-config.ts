import type { NodeConfig } from '../contract.ts';

/** Seconds from a launch to the registration of the node, and from there to Ready, when nobody says otherwise. */
export const bootTimes = { joinsAfter: 40, readyAfter: 5 };

type Given = Partial<NodeConfig> & { readonly spot: boolean };

/** How an instance becomes a node; what is not given is as in a world file that does not give it. */
export function nodeConfig({ spot, labels, ...given }: Given): NodeConfig {
  return {
    joinsAfter: bootTimes.joinsAfter * 1_000,
    readyAfter: bootTimes.readyAfter * 1_000,
    taints: [],
    ...given,
    labels: { 'eks.amazonaws.com/capacityType': spot ? 'SPOT' : 'ON_DEMAND', ...labels },
  };
}
