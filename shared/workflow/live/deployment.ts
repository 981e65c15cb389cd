import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { awsClient } from '../../aws/clients.ts';
import { awsDeployment } from '../../aws/deployment.ts';
import { alarmTopic, prefix, rules } from './environment.ts';

export const deployment = () => {
  const clients = { events: awsClient(EventBridgeClient), sns: awsClient(SNSClient) };
  const names = { prefix: prefix(), rules: rules(), alarmTopic: alarmTopic() };
  return (signal: AbortSignal) => awsDeployment(clients, names, signal);
};
