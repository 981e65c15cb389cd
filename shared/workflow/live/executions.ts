import { SFNClient } from '@aws-sdk/client-sfn';
import { awsClient } from '../../aws/clients.ts';
import { sfnExecutions } from '../../aws/executions.ts';

export const executions = () => {
  const client = awsClient(SFNClient);
  return (signal: AbortSignal) => sfnExecutions(client, signal);
};
