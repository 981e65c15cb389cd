import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { awsClient } from '../../shared/aws/clients.ts';
import { dynamoCases } from '../../shared/aws/dynamo-cases.ts';
import { ec2Instances } from '../../shared/aws/ec2-instances.ts';
import { sfnExecutions } from '../../shared/aws/executions.ts';
import { sqsOutbox, sqsQueue } from '../../shared/aws/sqs-queues.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { readEnvironment } from '../../shared/runtime/env.ts';
import { environmentNames } from './contract.ts';
import type { Ports } from './ports.ts';

function connect(): Ports {
  const environment = readEnvironment({
    AWS_REGION: z.string(),
    [environmentNames.account]: z.string(),
    [environmentNames.clusters]: z.string(),
    [environmentNames.nodeReplacement]: z.string(),
    [environmentNames.inboxUrl]: z.string(),
    [environmentNames.quarantineUrl]: z.string(),
    [environmentNames.casesTable]: z.string(),
  });
  const sqs = awsClient(SQSClient);
  return {
    clock: systemClock,
    account: environment[environmentNames.account],
    region: environment.AWS_REGION,
    clusters: environment[environmentNames.clusters].split(','),
    nodeReplacementArn: environment[environmentNames.nodeReplacement],
    inbox: sqsQueue(sqs, environment[environmentNames.inboxUrl]),
    quarantine: sqsOutbox(sqs, environment[environmentNames.quarantineUrl]),
    instances: ec2Instances(awsClient(EC2Client)),
    cases: dynamoCases(awsClient(DynamoDBClient), environment[environmentNames.casesTable], systemClock),
    executions: sfnExecutions(awsClient(SFNClient)),
  };
}

let ports: Ports | undefined;

/** The ports of the deployed function, kept from one invocation to the next. */
export function livePorts(): Ports {
  ports ??= connect();
  return ports;
}
