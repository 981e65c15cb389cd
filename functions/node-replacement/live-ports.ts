import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { autoScalingGroups } from '../../shared/aws/auto-scaling-groups.ts';
import { awsClient } from '../../shared/aws/clients.ts';
import { dynamoCases } from '../../shared/aws/dynamo-cases.ts';
import { describeEndpoint } from '../../shared/aws/eks-clusters.ts';
import { ssmSettings } from '../../shared/aws/ssm-settings.ts';
import { defaultPrefix } from '../../shared/config/schema.ts';
import { clusterDirectory } from '../../shared/kubernetes/clusters.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { lambdaEnvironment, readEnvironment } from '../../shared/runtime/env.ts';
import type { Ports } from './ports.ts';

const connect = () => {
  const environment = readEnvironment({
    ...lambdaEnvironment,
    STEWARD_CASES_TABLE: z.string(),
    AWS_ENDPOINT_URL: z.url().optional(),
  });
  const eks = awsClient(EKSClient);
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    ...(environment.AWS_SESSION_TOKEN !== undefined && { sessionToken: environment.AWS_SESSION_TOKEN }),
  };
  const { AWS_ENDPOINT_URL: elsewhere } = environment;
  const alsoHost = elsewhere === undefined ? undefined : new URL(elsewhere).hostname;
  const trusted = { region: environment.AWS_REGION, alsoHost };
  const locate = (name: string, signal?: AbortSignal) => describeEndpoint(eks, name, trusted, signal);
  const dynamo = awsClient(DynamoDBClient);
  const autoScaling = awsClient(AutoScalingClient);
  return {
    settings: ssmSettings(awsClient(SSMClient), defaultPrefix),
    cases: (signal: AbortSignal) => dynamoCases(dynamo, environment.STEWARD_CASES_TABLE, systemClock, signal),
    groups: (signal: AbortSignal) => autoScalingGroups(autoScaling, signal),
    cluster: clusterDirectory(locate, environment.AWS_REGION, credentials, systemClock),
  };
};

let connected: ReturnType<typeof connect> | undefined;

/** The ports of a deployed function; clients and connections are kept from one invocation to the next. */
export function livePorts(signal: AbortSignal): Ports {
  connected ??= connect();
  const { settings, cases, groups, cluster } = connected;
  return {
    clock: systemClock,
    settings: settings(signal),
    cases: cases(signal),
    groups: groups(signal),
    cluster: (name) => cluster(name, signal),
  };
}
