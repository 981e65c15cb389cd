import { instanceArn } from '../../aws/arn.ts';
import type { SandboxClock } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import type { Zone } from '../../world/network.ts';
import type { NewEvent } from '../events/contract.ts';
import type { Activity, Group } from './group.ts';

/** DescribeScalingActivities shows six weeks; a sandbox keeps the latest. */
const kept = 1000;

interface NewActivity {
  readonly cause: string;
  readonly description: string;
  readonly zone: Zone;
  readonly instanceId?: string;
}

export interface ActivityTools {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly emit: (event: NewEvent) => void;
}

/** Whole seconds, as in causes: `2026-01-02T03:04:05Z`. */
export function secondsOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export function startActivity({ clock, random }: ActivityTools, group: Group, activity: NewActivity): Activity {
  const started: Activity = {
    id: uuid(random),
    cause: activity.cause,
    description: activity.description,
    startedAt: clock.now(),
    instanceId: activity.instanceId,
    zone: activity.zone,
    status: 'InProgress',
    message: undefined,
    endedAt: undefined,
  };
  group.activities.unshift(started);
  group.activities.length = Math.min(group.activities.length, kept);
  return started;
}

/** Ends an activity that no event tells of. */
export function finishActivity({ clock }: ActivityTools, activity: Activity): void {
  activity.status = 'Successful';
  activity.endedAt = clock.now();
}

type Ending =
  | 'EC2 Instance Launch Successful'
  | 'EC2 Instance Launch Unsuccessful'
  | 'EC2 Instance Terminate Successful';

/** Ends an activity and says so. `message` is why it failed. */
export function endActivity(
  { clock, random, emit }: ActivityTools,
  group: Group,
  activity: Activity,
  detailType: Ending,
  message?: string,
): void {
  const launch = detailType !== 'EC2 Instance Terminate Successful';
  activity.status = message === undefined ? 'Successful' : 'Failed';
  activity.message = message;
  activity.endedAt = clock.now();
  emit({
    source: 'aws.autoscaling',
    detailType,
    resources: [group.arn, ...(activity.instanceId === undefined ? [] : [instanceArn(activity.instanceId)])],
    // Members and the "InProgress" of a success are AWS's: ec2-auto-scaling-event-reference.
    detail: {
      StatusCode: message === undefined ? 'InProgress' : 'Failed',
      Description: activity.description,
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      Details: { 'Availability Zone': activity.zone.name, 'Subnet ID': activity.zone.subnetId },
      RequestId: uuid(random),
      StatusMessage: message ?? '',
      EndTime: new Date(activity.endedAt).toISOString(),
      EC2InstanceId: activity.instanceId ?? '',
      StartTime: new Date(activity.startedAt).toISOString(),
      Cause: activity.cause,
      Origin: launch ? 'EC2' : 'AutoScalingGroup',
      Destination: launch ? 'AutoScalingGroup' : 'EC2',
    },
  });
}
