import { EC2Client } from '@aws-sdk/client-ec2';
import { awsClient } from '../../aws/clients.ts';
import { ec2Instances } from '../../aws/ec2-instances.ts';

export const instances = () => {
  const client = awsClient(EC2Client);
  return (signal: AbortSignal) => ec2Instances(client, signal);
};
