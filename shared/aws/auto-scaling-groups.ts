import {
  type Activity,
  type AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
  paginateDescribeAutoScalingInstances,
  paginateDescribeScalingActivities,
  ScalingActivityInProgressFault,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { GroupFacts } from '../domain/group.ts';
import { asTask, awsErrorName } from '../runtime/aws-errors.ts';
import { inChunks } from '../runtime/in-chunks.ts';
import type { Groups } from './groups.ts';

/** DescribeAutoScalingInstances takes up to 50 ids a call (API reference), DescribeAutoScalingGroups 100 groups a page. */
const idsPerCall = 50;
const groupsPerCall = 100;

/** Says of which cluster a group is (EKS user guide, "Cluster Autoscaler" and self-managed nodes). */
const clusterTag = 'kubernetes.io/cluster/';

/** Auto Scaling through the SDK. */
export function autoScalingGroups(client: AutoScalingClient, signal?: AbortSignal): Groups {
  return new AutoScalingGroups(client, signal);
}

class AutoScalingGroups implements Groups {
  readonly #client: AutoScalingClient;
  readonly #options: { readonly abortSignal?: AbortSignal };

  constructor(client: AutoScalingClient, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#options = signal ? { abortSignal: signal } : {};
  }

  async groupsOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const groups = new Map<string, string>();
    for (const InstanceIds of inChunks(instanceIds, idsPerCall)) {
      await asTask('describe Auto Scaling instances', async () => {
        const pages = paginateDescribeAutoScalingInstances({ client: this.#client }, { InstanceIds }, this.#options);
        for await (const { AutoScalingInstances = [] } of pages) {
          for (const { InstanceId = '', AutoScalingGroupName = '' } of AutoScalingInstances) {
            groups.set(InstanceId, AutoScalingGroupName);
          }
        }
      });
    }
    return groups;
  }

  async describe(names: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>> {
    const groups = new Map<string, GroupFacts>();
    for (const AutoScalingGroupNames of inChunks(names, groupsPerCall)) {
      await asTask('describe Auto Scaling groups', async () => {
        const input = { AutoScalingGroupNames, MaxRecords: groupsPerCall };
        for await (const page of paginateDescribeAutoScalingGroups({ client: this.#client }, input, this.#options)) {
          for (const facts of (page.AutoScalingGroups ?? []).map(groupFacts)) groups.set(facts.name, facts);
        }
      });
    }
    return groups;
  }

  async setDesired(name: string, desired: number): Promise<'Set' | 'AtMaximum' | 'Busy'> {
    const input = { AutoScalingGroupName: name, DesiredCapacity: desired, HonorCooldown: false };
    return await asTask(`set the desired capacity of ${name} to ${desired}`, async () => {
      try {
        await this.#client.send(new SetDesiredCapacityCommand(input), this.#options);
        return 'Set';
      } catch (error) {
        // "New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup."
        if (awsErrorName(error) === 'ValidationError' && /above max/.test(String(error))) return 'AtMaximum';
        if (error instanceof ScalingActivityInProgressFault) return 'Busy';
        throw error;
      }
    });
  }

  async terminate(instanceId: string, decrement: boolean): Promise<'Terminating' | 'Gone'> {
    const input = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: decrement };
    return await asTask(`terminate ${instanceId} in its group`, async () => {
      try {
        await this.#client.send(new TerminateInstanceInAutoScalingGroupCommand(input), this.#options);
        return 'Terminating';
      } catch (error) {
        // "Instance Id not found - No managed instance found for instance ID: i-…"
        if (awsErrorName(error) === 'ValidationError' && /not found/i.test(String(error))) return 'Gone';
        throw error;
      }
    });
  }

  async failedLaunches(name: string, since: number): Promise<readonly string[]> {
    const failures: Activity[] = [];
    await asTask(`describe the scaling activities of ${name}`, async () => {
      const input = { AutoScalingGroupName: name };
      for await (const page of paginateDescribeScalingActivities({ client: this.#client }, input, this.#options)) {
        const activities = page.Activities ?? [];
        const recent = activities.filter(({ StartTime }) => (StartTime?.getTime() ?? 0) >= since);
        failures.push(...recent.filter(isFailedLaunch));
        // Those in progress come first, then the others from the latest to the oldest (API reference): what follows is older still.
        if (recent.length < activities.length && activities.at(-1)?.EndTime !== undefined) break;
      }
    });
    return failures.map(({ StatusMessage, Description }) => StatusMessage ?? Description ?? 'no reason given');
  }
}

function isFailedLaunch({ StatusCode, Description }: Activity): boolean {
  return StatusCode === 'Failed' && Description?.startsWith('Launching') === true;
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
    clusterTags: (group.Tags ?? []).flatMap(({ Key, Value }) =>
      Key?.startsWith(clusterTag) && (Value === 'owned' || Value === 'shared') ? [Key.slice(clusterTag.length)] : [],
    ),
    instances: (group.Instances ?? []).map((instance) => ({
      instanceId: instance.InstanceId ?? '',
      lifecycleState: instance.LifecycleState ?? '',
      protectedFromScaleIn: instance.ProtectedFromScaleIn === true,
    })),
  };
}
