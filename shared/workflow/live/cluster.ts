import { EKSClient } from '@aws-sdk/client-eks';
import { awsClient } from '../../aws/clients.ts';
import { describeEndpoint } from '../../aws/eks-clusters.ts';
import { clusterClient } from '../../kubernetes/client.ts';
import { clusterDirectory } from '../../kubernetes/clusters.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { type Clock, systemClock } from '../../runtime/clock.ts';
import { lambda } from './environment.ts';

type Client<Api> = (connection: Connection, clock: Clock, signal?: AbortSignal) => Api;

/** Opens clusters by name with the credentials of the function's own role. */
export const cluster = () => clusterWith(clusterClient);

/** The same, with a client that can be asked for more. */
export const clusterWith = <Api>(client: Client<Api>) => {
  const { AWS_REGION, AWS_ENDPOINT_URL: elsewhere, ...keys } = lambda();
  const eks = awsClient(EKSClient);
  const credentials = {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    ...(keys.AWS_SESSION_TOKEN !== undefined && { sessionToken: keys.AWS_SESSION_TOKEN }),
  };
  const host = elsewhere === undefined ? undefined : new URL(elsewhere).hostname;
  const locate = (name: string, signal?: AbortSignal) =>
    describeEndpoint(eks, name, { region: AWS_REGION, alsoHost: host }, signal);
  const open = clusterDirectory(locate, AWS_REGION, credentials, systemClock, client);
  return (signal: AbortSignal) => (name: string) => open(name, signal);
};
