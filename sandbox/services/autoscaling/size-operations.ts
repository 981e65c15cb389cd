import type {
  SetDesiredCapacityType,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError, type Service } from '../../aws/contract.ts';
import { secondsOf } from './activities.ts';
import { describeActivity } from './describe.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { checkIds } from './limits.ts';

export function sizeOperations({
  groups,
  now,
}: {
  readonly groups: Groups;
  readonly now: () => number;
}): Service['operations'] {
  return {
    SetDesiredCapacity: ({ AutoScalingGroupName: name = '', DesiredCapacity: desired = 0 }: SetDesiredCapacityType) => {
      const group = groups.get(name);
      checkDesired(group, desired);
      group.request = `At ${secondsOf(now())} a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}.  `;
      group.desired = desired;
      groups.look(group);
    },
    TerminateInstanceInAutoScalingGroup: (input: TerminateInstanceInAutoScalingGroupType) => ({
      Activity: terminateInstance(groups, input, now()),
    }),
    SetInstanceProtection: ({
      AutoScalingGroupName: name = '',
      InstanceIds: ids = [],
      ProtectedFromScaleIn: on,
    }: SetInstanceProtectionQuery) => {
      checkIds(ids);
      const group = groups.get(name);
      for (const id of ids) {
        const member = group.members.get(id);
        if (!member)
          throw new AwsError('ValidationError', `The instance ${id} is not part of Auto Scaling group ${name}.`);
        member.protectedFromScaleIn = on === true;
      }
      return {};
    },
  };
}

function terminateInstance(groups: Groups, input: TerminateInstanceInAutoScalingGroupType, now: number) {
  const id = input.InstanceId ?? '';
  const found = groups.memberOf(id);
  if (!found) {
    throw new AwsError('ValidationError', `Instance Id not found - No managed instance found for instance ID: ${id}`);
  }
  const { group, member } = found;
  const decrement = input.ShouldDecrementDesiredCapacity === true;
  if (decrement && !member.lifecycleState.startsWith('Terminating')) {
    if (group.desired - 1 < group.min) {
      throw new AwsError(
        'ValidationError',
        "Currently, desiredSize equals minSize. Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
      );
    }
    group.desired -= 1;
  }
  const change = decrement ? `, shrinking the capacity from ${group.desired + 1} to ${group.desired}` : '';
  const cause = `At ${secondsOf(now)} instance ${id} was taken out of service in response to a user request${change}.`;
  return describeActivity(group, groups.terminate(group, member, cause));
}

export function checkDesired({ max, min }: Group, desired: number): void {
  if (desired > max) {
    throw new AwsError(
      'ValidationError',
      `New SetDesiredCapacity value ${desired} is above max value ${max} for the AutoScalingGroup.`,
    );
  }
  if (desired < min) {
    throw new AwsError(
      'ValidationError',
      `New SetDesiredCapacity value ${desired} is below min value ${min} for the AutoScalingGroup.`,
    );
  }
}
