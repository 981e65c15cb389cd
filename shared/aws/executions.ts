import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { asTask, awsErrorName } from './aws-errors.ts';

export interface Executions {
  /** Starts an execution once: the name says what it is about, and one that exists already is success. */
  start(machineArn: string, name: string, input: unknown): Promise<'Started' | 'Exists'>;
}

/** Step Functions through the SDK. */
export function sfnExecutions(client: SFNClient): Executions {
  return {
    async start(machineArn, name, input) {
      const command = new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) });
      return await asTask(`start execution ${name}`, async () => {
        try {
          await client.send(command);
          return 'Started';
        } catch (error) {
          if (awsErrorName(error) === 'ExecutionAlreadyExists') return 'Exists';
          throw error;
        }
      });
    },
  };
}
