import { person, type Service } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { createStates } from '../../../../sandbox/services/states/states.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';

export const machineRole = 'arn:aws:iam::000000000000:role/machine';

interface Description {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** Step Functions beside other services, with a role for machines that may do what is said. */
export class TestStates {
  readonly parts: TestCloud;
  readonly #states: ReturnType<typeof createStates>;

  constructor(actions: readonly string[], services: (parts: TestCloud) => readonly Service[] = () => []) {
    this.parts = testCloud();
    const { cloud, clock, roles } = this.parts;
    const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
    roles.registerRole(machineRole, [{ Version: '2012-10-17', Statement: [statement] }]);
    this.#states = createStates({ cloud, clock, random: seededRandom(4), emit: () => undefined });
    cloud.add(...this.#states.services, ...services(this.parts));
  }

  call<Output = unknown>(operation: string, input: object, service = 'states'): Promise<Output> {
    return this.parts.cloud.call<Output>(service, operation, input, person);
  }

  /** Makes a machine of these states, which begins with the first; gives its ARN. */
  async define(name: string, states: object): Promise<string> {
    const created = await this.call<{ stateMachineArn: string }>('CreateStateMachine', {
      name,
      definition: definitionOf(states),
      roleArn: machineRole,
    });
    return created.stateMachineArn;
  }

  async start(stateMachineArn: string): Promise<string> {
    return (await this.call<{ executionArn: string }>('StartExecution', { stateMachineArn })).executionArn;
  }

  /** What became of an execution; the output as JSON. */
  async ended(executionArn: string): Promise<Omit<Description, 'output'> & { output?: unknown }> {
    for (;;) {
      const { output, ...found } = await this.call<Description>('DescribeExecution', { executionArn });
      if (found.status !== 'RUNNING') return { ...found, ...(output !== undefined && { output: JSON.parse(output) }) };
      await this.parts.clock.letPass(500);
    }
  }

  close(): void {
    this.#states.close();
    this.parts.clock.close();
  }
}

export function definitionOf(states: object): string {
  return JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
}
