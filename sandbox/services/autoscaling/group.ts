import type { Timer } from '../../clock.ts';
import type { LaunchFailure } from '../../world/instances.ts';
import type { Zone } from '../../world/network.ts';
import type { Instance } from '../ec2/instance.ts';
import type { LaunchTemplate } from '../ec2/launch-templates.ts';
import type { Maintenance } from './maintenance.ts';
import type { Mixed } from './mixed.ts';
import type { Refresh } from './refresh.ts';

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
export type HookResult = 'CONTINUE' | 'ABANDON';

export interface Hook {
  readonly name: string;
  readonly transition: Transition;
  /** Seconds. */
  readonly heartbeat: number;
  readonly byDefault: HookResult;
  readonly metadata: string | undefined;
}

/** A hook that waits for one instance. */
export interface LifecycleAction {
  readonly hook: Hook;
  readonly token: string;
  /** Epoch milliseconds after which no heartbeat helps. */
  readonly latest: number;
  timer: Timer;
}

/** States of https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html that are modelled. */
type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'EnteringStandby'
  | 'Standby'
  | 'Detaching'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed';

export interface Activity {
  readonly id: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly instanceId: string | undefined;
  readonly zone: Zone;
  description: string;
  status: 'InProgress' | 'PreInService' | 'Successful' | 'Failed' | 'Cancelled';
  message: string | undefined;
  endedAt: number | undefined;
}

/** An instance of a group. */
export interface Member {
  readonly instance: Instance;
  readonly template: LaunchTemplate;
  lifecycleState: LifecycleState;
  /** When it came into service the last time; undefined before. */
  servesSince: number | undefined;
  healthy: boolean;
  protectedFromScaleIn: boolean;
  /** EC2 recommends its replacement, and the group does rebalance. */
  atRisk: boolean;
  /** The hooks that it waits for now. */
  actions: LifecycleAction[];
  activity: Activity | undefined;
  healthCheck: Timer | undefined;
}

export interface GroupTag {
  readonly value: string;
  readonly propagate: boolean;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  min: number;
  max: number;
  desired: number;
  /** Seconds. */
  cooldown: number;
  zones: readonly Zone[];
  template: LaunchTemplate;
  /** Several instance types or markets, in place of those of the template. */
  mixed: Mixed | undefined;
  maintenance: Maintenance | undefined;
  capacityRebalance: boolean;
  protectNew: boolean;
  terminationPolicies: readonly string[];
  healthCheckType: string;
  readonly tags: Map<string, GroupTag>;
  readonly hooks: Map<string, Hook>;
  /** Suspended processes with the reason. */
  readonly suspended: Map<string, string>;
  readonly members: Map<string, Member>;
  /** Newest first. */
  readonly activities: Activity[];
  /** Newest first. */
  readonly refreshes: Refresh[];
  readonly failures: LaunchFailure[];
  /** Zones in which the present attempt has failed. */
  readonly failedZones: Set<string>;
  /** How often in a row every zone has failed. */
  failedRounds: number;
  /** The next look at what there is to do. */
  timer: Timer | undefined;
  /** Begins the causes of activities that a request leads to. */
  request: string;
  /** Launches that replace unhealthy instances. */
  replacing: number;
  deleting: boolean;
}

/** Members that count as capacity: those that come or serve, not those that go or stand by. */
export function capacity(group: Group): Member[] {
  const counts = ({ lifecycleState: state }: Member) => state === 'InService' || state.startsWith('Pending');
  return [...group.members.values()].filter(counts);
}

/** Members that are not on their way out. */
export function staying(group: Group): Member[] {
  return [...group.members.values()].filter(({ lifecycleState }) => !lifecycleState.startsWith('Terminating'));
}

/** The zone to launch in: that with the fewest members, the first of them in the group's order. */
export function emptiestZone(group: Group): Zone | undefined {
  const members = capacity(group);
  const count = (zone: Zone) => members.filter(({ instance }) => instance.zone === zone).length;
  const candidates = group.zones.filter(({ name }) => !group.failedZones.has(name));
  return candidates.toSorted((left, right) => count(left) - count(right))[0];
}
