import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsServer, startAwsServer } from '../../../sandbox/aws/wire/server.ts';
import { sfnExecutions } from '../../../shared/aws/executions.ts';
import { fakeExecutions } from '../../fakes/fake-executions.ts';
import { call, define, one, parts, useMachines } from '../../sandbox/services/states/machine-lab.ts';
import { executionsSuite } from './executions.suite.ts';

describe('the executions of the tests', () => {
  executionsSuite(async () => {
    const executions = fakeExecutions();
    return { executions, machine: 'arn:machine', end: async (name) => void executions.running.delete(name) };
  });
});

describe('executions through the SDK', () => {
  let server: AwsServer;
  let client: SFNClient;

  useMachines();
  beforeEach(async () => {
    server = await startAwsServer(parts.cloud, { port: 0 });
    const credentials = { accessKeyId: 'person', secretAccessKey: 'person' };
    client = new SFNClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  executionsSuite(async () => {
    const machine = await define(one({ Type: 'Wait', Seconds: 1_000_000 }));
    const end = async (name: string) => {
      const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
      await call('StopExecution', { executionArn });
      await parts.clock.letPass(1);
    };
    return { executions: sfnExecutions(client), machine, end };
  });

  it('leaves off when the signal says so', async () => {
    const machine = await define(one({ Type: 'Pass' }));
    const executions = sfnExecutions(client, AbortSignal.abort());
    await expect(executions.start(machine, 'run', {})).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    await expect(executions.look(machine, 'run')).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });
});
