import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { autoScalingGroups } from '../../aws/auto-scaling-groups.ts';
import { awsClient } from '../../aws/clients.ts';

export const groups = () => {
  const client = awsClient(AutoScalingClient);
  return (signal: AbortSignal) => autoScalingGroups(client, signal);
};
