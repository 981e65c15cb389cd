import { createCluster } from '../cluster.ts';
import { RemoteCluster } from './remote-cluster.ts';

/** A real cluster to be used, if there is one. */
export interface RealCluster {
  readonly kubeconfig?: string;
  /** Where its API server asks for token reviews. */
  readonly tokenReviewsPort?: number;
}

/** Makes the world's clusters; the first one is the real one when there is one. */
export function clusterMaker({ kubeconfig, tokenReviewsPort = 0 }: RealCluster): typeof createCluster {
  let left = kubeconfig;
  return async (given) => {
    if (left === undefined) return await createCluster(given);
    const cluster = RemoteCluster.connect({ ...given, kubeconfig: left, tokenReviewsPort });
    left = undefined;
    return await cluster;
  };
}
