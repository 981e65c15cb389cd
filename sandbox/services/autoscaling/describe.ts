import type { Activity, Group, Member } from './group.ts';
import { describeMaintenance } from './maintenance.ts';
import { describeMixed } from './mixed-instances.ts';

/** In the shape of DescribeAutoScalingGroups. */
export function describeGroup(group: Group) {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...(group.mixed ? { MixedInstancesPolicy: describeMixed(group) } : { LaunchTemplate: templateOf(group.template) }),
    ...(group.maintenance && { InstanceMaintenancePolicy: describeMaintenance(group.maintenance) }),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldown,
    AvailabilityZones: group.zones.map(({ name }) => name),
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: 0,
    Instances: [...group.members.values()].map(describeMember),
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.zones.map(({ subnetId }) => subnetId).join(','),
    Status: group.deleting ? 'Delete in progress' : undefined,
    Tags: [...group.tags].map(([Key, { value, propagate }]) => ({
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value: value,
      PropagateAtLaunch: propagate,
    })),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.protectNew,
    CapacityRebalance: group.capacityRebalance,
  };
}

function templateOf({ id, name }: Group['template']) {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: '1' };
}

export function describeMember({ instance, template, lifecycleState, healthy, protectedFromScaleIn }: Member) {
  return {
    InstanceId: instance.instanceId,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone.name,
    LifecycleState: lifecycleState,
    HealthStatus: healthy ? 'Healthy' : 'Unhealthy',
    LaunchTemplate: templateOf(template),
    ProtectedFromScaleIn: protectedFromScaleIn,
  };
}

/** In the shape of DescribeScalingActivities. */
export function describeActivity(group: Group, activity: Activity) {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    EndTime: activity.endedAt === undefined ? undefined : new Date(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.message,
    // Of the API reference's examples.
    Progress: activity.endedAt !== undefined ? 100 : activity.status === 'PreInService' ? 30 : 50,
    Details: JSON.stringify({ 'Availability Zone': activity.zone.name, 'Subnet ID': activity.zone.subnetId }),
  };
}
