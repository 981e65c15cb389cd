import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { asTask, awsErrorName } from './aws-errors.ts';

export interface Executions {
  /** Starts an execution once: the name says what it is about, and one that exists already is success. */
  start(machineArn: string, name: string, input: unknown): Promise<'Started' | 'Exists'>;
  /** Is the execution of this name still at work? One that Step Functions does not know is not. */
  isRunning(machineArn: string, name: string): Promise<boolean>;
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

    async isRunning(machineArn, name) {
      const command = new DescribeExecutionCommand({ executionArn: executionArn(machineArn, name) });
      return await asTask(`look at execution ${name}`, async () => {
        try {
          const { status } = await client.send(command);
          return status === 'RUNNING' || status === 'PENDING_REDRIVE';
        } catch (error) {
          if (awsErrorName(error) === 'ExecutionDoesNotExist') return false;
          throw error;
        }
      });
    },
  };
}

/** `arn:aws:states:region:account:execution:machine:name` (Step Functions, "Resource ARNs"). */
function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
