import type { Group } from '../../services/autoscaling/group.ts';
import { privateDnsName } from '../../services/ec2/instance.ts';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, groupsOf, nodeOf } from './find.ts';

type Chance = Pick<Act, 'which' | 'how'>;

async function setDesired(stage: Stage, { name: AutoScalingGroupName }: Group, DesiredCapacity: number): Promise<void> {
  await stage.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity });
}

/** A person, or an autoscaler that knows only sizes, decides on a new one. */
async function resize(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const group = choose(groupsOf(stage), which);
  if (!group) return undefined;
  const size = Math.min(group.max, Math.max(group.min, group.desired + (how < 0.6 ? 1 + Math.floor(how * 4) : -1)));
  if (size === group.desired) return undefined;
  const before = group.desired;
  await setDesired(stage, group, size);
  return `somebody sets the size of ${group.name} from ${before} to ${size}`;
}

/** What Terraform or CloudFormation does at its next run. */
async function applyFile(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const group = choose(groupsOf(stage), which);
  const given = stage.world.groups.find(({ name }) => name === group?.name);
  if (!given) return undefined;
  await stage.call('autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName: given.name,
    MinSize: given.min,
    MaxSize: given.max,
    DesiredCapacity: given.desired,
  });
  return `a pipeline sets ${given.name} to ${given.min}..${given.max}, ${given.desired} desired`;
}

/** Cluster Autoscaler, static_autoscaler.go: asks for more when pods are pending. */
async function scaleUp(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const group = choose(
    groupsOf(stage).filter(({ desired, max }) => desired < max),
    which,
  );
  if (!group) return undefined;
  await setDesired(stage, group, group.desired + 1);
  return `Cluster Autoscaler makes ${group.name} larger: ${group.desired}`;
}

const toBeDeleted = 'ToBeDeletedByClusterAutoscaler';

/**
 * Cluster Autoscaler taints the node, evicts what is on it, and ends the instance with decrement
 * (cluster-autoscaler, core/scaledown/actuation). It may die after the taint, which then stays (autoscaler issue 5657).
 */
async function scaleDown(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const group = choose(
    groupsOf(stage).filter(({ desired, min }) => desired > min),
    which,
  );
  const member = choose([...(group?.members.values() ?? [])], how);
  const node = member && nodeOf(stage, member.instance);
  if (!group || !member || !node || member.lifecycleState !== 'InService') return undefined;
  const { instanceId } = member.instance;
  const seconds = Math.floor(stage.sandbox.clock.now() / 1_000);
  const spec = node.spec as { taints?: readonly object[] };
  const taints = [...(spec.taints ?? []), { key: toBeDeleted, value: String(seconds), effect: 'NoSchedule' }];
  stage.cluster.store.put('nodes', { ...node, spec: { ...spec, taints } } as never);
  if (how < 0.25) return `Cluster Autoscaler taints ${node.metadata.name}, and dies`;
  stage.later(10_000 + Math.round(how * 60_000), async () => {
    if (member.lifecycleState !== 'InService' || group.desired <= group.min) return;
    const input = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: true };
    await stage.call('autoscaling', 'TerminateInstanceInAutoScalingGroup', input);
  });
  return `Cluster Autoscaler removes ${node.metadata.name} (${instanceId})`;
}

/** Another tool wants to know of launches or ends, and does not say that it has done its part until somebody repairs it. */
async function addHook(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const group = choose(groupsOf(stage), which);
  if (!group) return undefined;
  const launching = how < 0.4;
  const timeout = 60 + Math.floor(how * 400);
  const hook = {
    AutoScalingGroupName: group.name,
    LifecycleHookName: `another-tool-${launching ? 'launch' : 'end'}`,
  };
  const minutes = 2 + Math.floor(how * 40);
  stage.later(minutes * 60_000, async () => await stage.call('autoscaling', 'DeleteLifecycleHook', hook));
  await stage.call('autoscaling', 'PutLifecycleHook', {
    ...hook,
    LifecycleTransition: `autoscaling:EC2_INSTANCE_${launching ? 'LAUNCHING' : 'TERMINATING'}`,
    HeartbeatTimeout: timeout,
    DefaultResult: how < 0.2 ? 'ABANDON' : 'CONTINUE',
  });
  return `another tool hooks the ${launching ? 'launches' : 'ends'} of ${group.name} for ${timeout} s, ${minutes} min long`;
}

/** A person ends an instance as a member of its group, which replaces it. */
async function endMember(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const group = choose(groupsOf(stage), which);
  const member = choose([...(group?.members.values() ?? [])], how);
  if (!group || !member || member.lifecycleState !== 'InService') return undefined;
  const { instanceId } = member.instance;
  const input = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: how < 0.3 && group.desired > group.min };
  await stage.call('autoscaling', 'TerminateInstanceInAutoScalingGroup', input);
  return `somebody ends ${instanceId} (${privateDnsName(member.instance)}) in its group`;
}

export const ofSizes: Readonly<Record<string, Kind>> = {
  resize: { weight: 2, does: resize },
  'apply-file': { weight: 2, does: applyFile },
  'scale-up': { weight: 1.5, does: scaleUp },
  'scale-down': { weight: 2, does: scaleDown },
  'add-hook': { weight: 0.7, does: addHook },
  'end-member': { weight: 0.7, does: endMember },
};
