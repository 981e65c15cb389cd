import type { LocalNetwork } from '../../network/local-network.ts';
import { createCluster } from '../cluster.ts';
import { RemoteCluster } from './remote-cluster.ts';

/** A real cluster to be used, if there is one. */
export interface RealCluster {
  readonly kubeconfig?: string;
  /** Where its API server asks for token reviews. */
  readonly tokenReviewsPort?: number;
}

/** Makes the world's clusters in a network; the first one is the real one when there is one. */
export function clusterMaker(
  { kubeconfig, tokenReviewsPort = 0 }: RealCluster,
  network: LocalNetwork,
): typeof createCluster {
  let left = kubeconfig;
  return async (given) => {
    if (left === undefined) return await createCluster({ ...given, network });
    const cluster = RemoteCluster.connect({ ...given, kubeconfig: left, tokenReviewsPort });
    left = undefined;
    return await cluster;
  };
}
