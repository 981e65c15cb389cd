import type { ScalingProcessQuery } from '@aws-sdk/client-auto-scaling';
import { AwsError, type Service } from '../../aws/contract.ts';
import { secondsOf } from './activities.ts';
import type { Groups } from './groups.ts';

/** API_SuspendProcesses. Those that the model does not have can be suspended all the same, and then do not run here either. */
const processes = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

/** Processes of groups: user guide, "Suspend and resume Amazon EC2 Auto Scaling processes". */
export function processOperations(groups: Groups, now: () => number): Service['operations'] {
  return {
    SuspendProcesses: (input: ScalingProcessQuery) => {
      const group = groups.get(input.AutoScalingGroupName ?? '');
      for (const process of chosen(input)) group.suspended.set(process, `User suspended at ${secondsOf(now())}`);
    },
    ResumeProcesses: (input: ScalingProcessQuery) => {
      const group = groups.get(input.AutoScalingGroupName ?? '');
      for (const process of chosen(input)) group.suspended.delete(process);
      groups.look(group);
    },
    DescribeScalingProcessTypes: () => ({ Processes: processes.map((ProcessName) => ({ ProcessName })) }),
  };
}

/** "If you omit this property, all processes are specified" (API reference). */
function chosen({ ScalingProcesses: given }: ScalingProcessQuery): readonly string[] {
  const unknown = given?.find((process) => !processes.includes(process));
  if (unknown !== undefined)
    throw new AwsError('ValidationError', `'${unknown}' is none of the processes: ${processes.join(', ')}`);
  return given?.length ? given : processes;
}
