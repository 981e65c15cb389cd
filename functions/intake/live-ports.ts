import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { awsClient } from '../../shared/aws/clients.ts';
import { sqsOutbox, sqsQueue } from '../../shared/aws/sqs-queues.ts';
import { publicCell } from '../../shared/config/names.ts';
import { readEnvironment } from '../../shared/runtime/env.ts';
import { connectOnce } from '../../shared/workflow/connectors.ts';
import { cases } from '../../shared/workflow/live/cases.ts';
import { executions } from '../../shared/workflow/live/executions.ts';
import { instances } from '../../shared/workflow/live/instances.ts';
import { journal } from '../../shared/workflow/live/journal.ts';
import type { PortsOf } from '../../shared/workflow/needs.ts';
import { type Door, doors, environmentNames as names, type needs } from './contract.ts';
import { machinesOf } from './machines.ts';
import type { Ports } from './ports.ts';

const variables = {
  AWS_REGION: z.string(),
  [names.account]: z.string(),
  [names.clusters]: z.string(),
  [names.machines]: z.string(),
  [names.urgentUrl]: z.string(),
  [names.otherUrl]: z.string(),
  [names.quarantineUrl]: z.string(),
};

interface Live {
  readonly ports: Ports;
  /** The door of a queue. */
  readonly doorOf: (queueArn: string) => Door;
}

const connect = () => {
  const environment = readEnvironment(variables);
  const sqs = awsClient(SQSClient);
  const cells = new Map(
    environment[names.clusters].split(',').map((pair): [string, string] => {
      const [cluster = '', cell = publicCell] = pair.split('=');
      return [cluster, cell];
    }),
  );
  const urls = { urgent: environment[names.urgentUrl], other: environment[names.otherUrl] };
  const journals = connectJournals();
  const shared = connectOnce<Omit<PortsOf<typeof needs>, 'journal'>>({ cases, instances, executions });
  return (signal: AbortSignal): Live => ({
    ports: {
      ...shared(signal),
      journal: journals(signal),
      account: environment[names.account],
      region: environment.AWS_REGION,
      clusters: [...cells.keys()],
      cellOf: (cluster) => cells.get(cluster) ?? publicCell,
      machines: machinesOf(environment[names.machines], [...new Set(cells.values())]),
      inboxes: { urgent: sqsQueue(sqs, urls.urgent, signal), other: sqsQueue(sqs, urls.other, signal) },
      quarantine: sqsOutbox(sqs, environment[names.quarantineUrl], signal),
    },
    // `arn:aws:sqs:region:account:name` and `https://sqs.region.amazonaws.com/account/name` end alike.
    doorOf: (queueArn) => doors.find((door) => urls[door].endsWith(`/${queueArn.split(':').at(-1)}`)) ?? 'other',
  });
};

/** Only scopes are read of the journals: whatever else is in them is their workflow's. */
const connectJournals = () => {
  const opened = new Map<string, ReturnType<ReturnType<typeof journal>>>();
  return (signal: AbortSignal) => (workflow: string) => {
    const open = opened.get(workflow) ?? journal(workflow, z.unknown())();
    opened.set(workflow, open);
    return open(signal);
  };
};

let connected: ReturnType<typeof connect> | undefined;

/** The ports of the deployed function, kept from one invocation to the next. */
export function livePorts(signal: AbortSignal): Live {
  connected ??= connect();
  return connected(signal);
}
