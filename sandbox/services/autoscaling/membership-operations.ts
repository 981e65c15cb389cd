import type {
  AttachInstancesQuery,
  DetachInstancesQuery,
  EnterStandbyQuery,
  ExitStandbyQuery,
  SetInstanceHealthQuery,
} from '@aws-sdk/client-auto-scaling';
import { AwsError, notImplemented, type Service } from '../../aws/contract.ts';
import { describeActivity } from './describe.ts';
import type { Activity, Group } from './group.ts';
import type { Groups } from './groups.ts';
import { checkBatch } from './limits.ts';
import { Membership } from './membership.ts';

interface Batch {
  readonly AutoScalingGroupName?: string | undefined;
  readonly InstanceIds?: readonly string[] | undefined;
}

/** Standby, detachment and attachment of instances, and their health as people see it. */
export function membershipOperations(groups: Groups): Service['operations'] {
  const membership = new Membership(groups);
  const batch = (input: Batch, what: Parameters<typeof checkBatch>[1]) => {
    checkBatch(input.InstanceIds, what);
    const ids = [...new Set(input.InstanceIds ?? [])];
    if (ids.length === 0) throw new AwsError('ValidationError', 'At least one instance ID must be specified.');
    return { group: groups.get(input.AutoScalingGroupName ?? ''), ids };
  };
  const answer = (group: Group, activities: readonly Activity[]) => ({
    Activities: activities.map((activity) => describeActivity(group, activity)),
  });
  return {
    EnterStandby: (input: EnterStandbyQuery) => {
      const { group, ids } = batch(input, 'enter');
      return answer(group, membership.enterStandby(group, ids, input.ShouldDecrementDesiredCapacity === true));
    },
    ExitStandby: (input: ExitStandbyQuery) => {
      const { group, ids } = batch(input, 'exit');
      return answer(group, membership.exitStandby(group, ids));
    },
    DetachInstances: (input: DetachInstancesQuery) => {
      const { group, ids } = batch(input, 'detach');
      return answer(group, membership.detach(group, ids, input.ShouldDecrementDesiredCapacity === true));
    },
    AttachInstances: (input: AttachInstancesQuery) => {
      const { group, ids } = batch(input, 'attach');
      membership.attach(group, ids);
    },
    SetInstanceHealth: (input: SetInstanceHealthQuery) => setHealth(groups, input),
  };
}

/** The grace period does not matter: groups here have none. Values: API_SetInstanceHealth. */
function setHealth(groups: Groups, { InstanceId: id = '', HealthStatus: status }: SetInstanceHealthQuery): void {
  const found = groups.memberOf(id);
  if (!found)
    throw new AwsError('ValidationError', `Instance Id not found - No managed instance found for instance ID: ${id}`);
  if (status !== 'Healthy' && status !== 'Unhealthy') throw notImplemented(`the health status '${status}'`);
  found.member.healthy = status === 'Healthy';
  groups.look(found.group);
}
