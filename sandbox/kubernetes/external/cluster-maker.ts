import type { LocalNetwork } from '../../network/local-network.ts';
import type { KubernetesRequest, Sky } from '../../weather/contract.ts';
import type { Witness } from '../../witness.ts';
import { createCluster } from '../cluster.ts';
import { RemoteCluster } from './remote-cluster.ts';

/** A real cluster to be used, if there is one. */
export interface RealCluster {
  readonly kubeconfig?: string;
  /** Where its API server asks for token reviews. */
  readonly tokenReviewsPort?: number;
}

interface Surroundings {
  readonly network: LocalNetwork;
  readonly weather: Sky | undefined;
  readonly witness: Witness | undefined;
  readonly whileServing: ((accessKeyId: string) => () => Promise<void>) | undefined;
}

/** Makes the world's clusters in a network and its weather; the first one is the real one when there is one. */
export function clusterMaker(
  { kubeconfig, tokenReviewsPort = 0 }: RealCluster,
  { network, weather, witness, whileServing }: Surroundings,
): typeof createCluster {
  let left = kubeconfig;
  return async (given) => {
    if (left === undefined) {
      const meets = weather && ((request: KubernetesRequest) => weather.kubernetes(given.name, request));
      return await createCluster({ ...given, network, weather: meets, witness, whileServing });
    }
    const cluster = RemoteCluster.connect({ ...given, kubeconfig: left, tokenReviewsPort });
    left = undefined;
    return await cluster;
  };
}
