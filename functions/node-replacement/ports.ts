import type { Cases } from '../../shared/aws/cases.ts';
import type { Groups } from '../../shared/aws/groups.ts';
import type { Settings } from '../../shared/aws/settings.ts';
import type { ClusterApi } from '../../shared/kubernetes/cluster-api.ts';
import type { Clock } from '../../shared/runtime/clock.ts';

/** Everything that the tasks of this workflow reach for. */
export interface Ports {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly cases: Cases;
  readonly groups: Groups;
  /** @throws UnknownClusterError when EKS does not know the cluster */
  readonly cluster: (name: string) => Promise<ClusterApi>;
}
