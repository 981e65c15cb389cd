import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { asTask } from '../runtime/aws-errors.ts';

/** DescribeExecution is eventually consistent (API reference): one that has just ended may still be `running`. */
interface ExecutionLook {
  readonly running: boolean;
  /** When it was last redriven. Epoch milliseconds. */
  readonly redrivenAt: number | undefined;
}

export interface Executions {
  /** Starts an execution once: the name says what it is about, and one that exists already is success. */
  start(machineArn: string, name: string, input: unknown): Promise<'Started' | 'Exists'>;
  /** How the execution of this name stands; one that Step Functions does not know has ended. */
  look(machineArn: string, name: string): Promise<ExecutionLook>;
}

/** Step Functions through the SDK. */
export function sfnExecutions(client: SFNClient, signal?: AbortSignal): Executions {
  const options = signal && { abortSignal: signal };
  return {
    async start(machineArn, name, input) {
      const command = new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) });
      return await asTask(`start execution ${name}`, async () => {
        try {
          await client.send(command, options);
          return 'Started';
        } catch (error) {
          if (error instanceof ExecutionAlreadyExists) return 'Exists';
          throw error;
        }
      });
    },

    async look(machineArn, name) {
      const command = new DescribeExecutionCommand({ executionArn: executionArn(machineArn, name) });
      return await asTask(`look at execution ${name}`, async () => {
        try {
          const { status, redriveDate } = await client.send(command, options);
          const running = status === 'RUNNING' || status === 'PENDING_REDRIVE';
          return { running, redrivenAt: redriveDate?.getTime() };
        } catch (error) {
          if (error instanceof ExecutionDoesNotExist) return { running: false, redrivenAt: undefined };
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
