import { LambdaClient } from '@aws-sdk/client-lambda';
import { awsClient, patience } from '../../aws/clients.ts';
import { lambdaProbes } from '../../aws/probes.ts';
import { functions } from './environment.ts';

/** A probed function may wait for an endpoint that never answers; asked once, it says so itself. */
const asLongAsAFunction = { ...patience, request: 58_000, attempts: 1 };

export const probes = () => {
  const client = awsClient(LambdaClient, asLongAsAFunction);
  const names = functions();
  return (signal: AbortSignal) => lambdaProbes(client, names, signal);
};
