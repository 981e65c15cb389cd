import type {
  CompleteLifecycleActionType,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling';
import type { Service } from '../../aws/contract.ts';
import type { Hook, HookResult, Transition } from './group.ts';
import type { Groups } from './groups.ts';

export function hookOperations(groups: Groups): Service['operations'] {
  return {
    PutLifecycleHook: (input: PutLifecycleHookType) => {
      const hook = hookOf(input);
      groups.get(input.AutoScalingGroupName ?? '').hooks.set(hook.name, hook);
      return {};
    },
    DescribeLifecycleHooks: ({ AutoScalingGroupName: name = '' }: { AutoScalingGroupName?: string }) => ({
      LifecycleHooks: [...groups.get(name).hooks.values()].map((hook) => described(hook, name)),
    }),
    DeleteLifecycleHook: ({
      AutoScalingGroupName: name = '',
      LifecycleHookName: hook = '',
    }: {
      AutoScalingGroupName?: string;
      LifecycleHookName?: string;
    }) => {
      groups.get(name).hooks.delete(hook);
      return {};
    },
    CompleteLifecycleAction: (input: CompleteLifecycleActionType) => {
      groups.hooks.complete(
        groups.get(input.AutoScalingGroupName ?? ''),
        selectionOf(input),
        (input.LifecycleActionResult ?? 'ABANDON') as HookResult,
      );
      return {};
    },
    RecordLifecycleActionHeartbeat: (input: RecordLifecycleActionHeartbeatType) => {
      groups.hooks.heartbeat(groups.get(input.AutoScalingGroupName ?? ''), selectionOf(input));
      return {};
    },
  };
}

function hookOf(input: PutLifecycleHookType): Hook {
  return {
    name: input.LifecycleHookName ?? '',
    transition: (input.LifecycleTransition ?? '') as Transition,
    heartbeat: input.HeartbeatTimeout ?? 3_600,
    byDefault: (input.DefaultResult ?? 'ABANDON') as HookResult,
    metadata: input.NotificationMetadata,
  };
}

function described(hook: Hook, group: string) {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: group,
    LifecycleTransition: hook.transition,
    HeartbeatTimeout: hook.heartbeat,
    DefaultResult: hook.byDefault,
    NotificationMetadata: hook.metadata,
  };
}

function selectionOf(input: CompleteLifecycleActionType | RecordLifecycleActionHeartbeatType) {
  return { hook: input.LifecycleHookName ?? '', token: input.LifecycleActionToken, instanceId: input.InstanceId };
}
