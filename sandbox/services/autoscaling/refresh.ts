import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplate } from '../ec2/launch-templates.ts';

/** A rolling replacement of the instances of a group. */
export interface Refresh {
  readonly id: string;
  readonly preferences: RefreshPreferences;
  /** What new instances are launched from, if not the group's own template. */
  readonly template: LaunchTemplate | undefined;
  /** Instances that are still to be replaced, by id. */
  readonly old: Set<string>;
  readonly total: number;
  status: 'Pending' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelling' | 'Cancelled';
  reason: string | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  percent: number;
  /** Since when only instances are left that it waits for. */
  blockedSince: number | undefined;
}
