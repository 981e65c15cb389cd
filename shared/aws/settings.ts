import type { ClusterSettings } from '../config/schema.ts';

/** The deployed configuration. */
export interface Settings {
  /**
   * At most 60 s old.
   *
   * @throws UnknownClusterError when steward.yaml does not name the cluster; InvalidSettingsError
   */
  cluster(name: string): Promise<ClusterSettings>;
  /** Why everything is paused; undefined when it is not. At most 10 s old. */
  paused(): Promise<string | undefined>;
}
