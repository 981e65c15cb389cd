import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { GroupFacts } from '../domain/group.ts';
import { asTask, awsErrorName } from '../runtime/aws-errors.ts';
import type { Groups } from './groups.ts';

/** Auto Scaling through the SDK. */
export function autoScalingGroups(client: AutoScalingClient, signal?: AbortSignal): Groups {
  const options = signal && { abortSignal: signal };
  return {
    async groupsOf(instanceIds) {
      if (instanceIds.length === 0) return new Map();
      const command = new DescribeAutoScalingInstancesCommand({ InstanceIds: [...instanceIds] });
      const answer = await asTask('describe Auto Scaling instances', () => client.send(command, options));
      const found = answer.AutoScalingInstances ?? [];
      return new Map(
        found.map(({ InstanceId, AutoScalingGroupName }) => [InstanceId ?? '', AutoScalingGroupName ?? '']),
      );
    },

    async describe(names) {
      if (names.length === 0) return new Map();
      const groups: AutoScalingGroup[] = [];
      let token: string | undefined;
      do {
        const command = new DescribeAutoScalingGroupsCommand({
          AutoScalingGroupNames: [...names],
          ...(token !== undefined && { NextToken: token }),
        });
        const answer = await asTask('describe Auto Scaling groups', () => client.send(command, options));
        groups.push(...(answer.AutoScalingGroups ?? []));
        token = answer.NextToken;
      } while (token);
      return new Map(groups.map(groupFacts).map((group) => [group.name, group]));
    },

    async setDesired(name, desired) {
      const command = new SetDesiredCapacityCommand({
        AutoScalingGroupName: name,
        DesiredCapacity: desired,
        HonorCooldown: false,
      });
      return await asTask(`set the desired capacity of ${name} to ${desired}`, async () => {
        try {
          await client.send(command, options);
          return 'Set';
        } catch (error) {
          // "New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup."
          if (awsErrorName(error) === 'ValidationError' && /above max/.test(String(error))) return 'AtMaximum';
          if (awsErrorName(error) === 'ScalingActivityInProgress') return 'Busy';
          throw error;
        }
      });
    },

    async terminate(instanceId, decrement) {
      const command = new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: instanceId,
        ShouldDecrementDesiredCapacity: decrement,
      });
      return await asTask(`terminate ${instanceId} in its group`, async () => {
        try {
          await client.send(command, options);
          return 'Terminating';
        } catch (error) {
          // "Instance Id not found - No managed instance found for instance ID: i-…"
          if (awsErrorName(error) === 'ValidationError' && /not found/i.test(String(error))) return 'Gone';
          throw error;
        }
      });
    },

    async failedLaunches(name, since) {
      const command = new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 20 });
      const answer = await asTask(`describe the scaling activities of ${name}`, () => client.send(command, options));
      return (answer.Activities ?? [])
        .filter(({ StatusCode, StartTime }) => StatusCode === 'Failed' && (StartTime?.getTime() ?? 0) >= since)
        .filter(({ Description }) => Description?.startsWith('Launching'))
        .map(({ StatusMessage, Description }) => StatusMessage ?? Description ?? 'no reason given');
    },
  };
}

function groupFacts(group: AutoScalingGroup): GroupFacts {
  return {
    name: group.AutoScalingGroupName ?? '',
    desired: group.DesiredCapacity ?? 0,
    max: group.MaxSize ?? 0,
    min: group.MinSize ?? 0,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    capacityRebalance: group.CapacityRebalance === true,
    managedNodeGroup: (group.Tags ?? []).some(({ Key }) => Key === 'eks:nodegroup-name'),
    instances: (group.Instances ?? []).map((instance) => ({
      instanceId: instance.InstanceId ?? '',
      lifecycleState: instance.LifecycleState ?? '',
      protectedFromScaleIn: instance.ProtectedFromScaleIn === true,
    })),
  };
}
