import type { AwsCall, KubernetesRequest } from '../../sandbox/weather/contract.ts';
import type { Scenario } from '../scenarios/scenario.ts';

/** A kind of call of the product: a function or a state machine, and what it asks for. */
export interface Call {
  /** `drain-nodes`, `intake`, or `machine node-replacement`. */
  readonly who: string;
  /** `ec2:DescribeInstances`, `dynamodb:UpdateItem case`, `kubernetes list pods`. */
  readonly what: string;
}

/** The name of a role or of a session of it, in its ARN. */
const nameOfRole = (arn: string) => /:(?:role|assumed-role)\/([^/]+)/.exec(arn)?.[1] ?? arn;

/** A function's name without its deployment and its workflow. */
export const nameOfFunction = (name: string) => name.replace(/^eks-steward-(node-replacement-|check-)?/, '');

/** Who calls with which role. */
export class Callers {
  readonly #names: ReadonlyMap<string, string>;

  private constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  static async of(scenario: Scenario): Promise<Callers> {
    const names = new Map<string, string>();
    for (const { config } of scenario.sandbox.runtime.all())
      names.set(nameOfRole(config.roleArn), nameOfFunction(config.name));
    for (const workflow of ['node-replacement', 'check']) {
      const stateMachineArn = await scenario.machineArn(workflow);
      const { roleArn } = await scenario.call<{ roleArn: string }>('states', 'DescribeStateMachine', {
        stateMachineArn,
      });
      names.set(nameOfRole(roleArn), `machine ${workflow}`);
    }
    return new Callers(names);
  }

  ofAws(call: AwsCall): Call {
    const arn = call.principal.kind === 'role' ? call.principal.roleArn : '';
    return { who: this.#who(arn), what: whatOfAws(call) };
  }

  ofKubernetes({ arn = '', verb, resource, continued }: KubernetesRequest): Call {
    return { who: this.#who(arn), what: `kubernetes ${verb} ${resource}${continued ? ' (next page)' : ''}` };
  }

  #who(arn: string): string {
    return this.#names.get(nameOfRole(arn)) ?? arn;
  }
}

/** Calls of one operation that are about different things are calls of different kinds. */
function whatOfAws({ service, operation, input }: AwsCall): string {
  return [`${service}:${operation}`, thingOf(service, input)].filter(Boolean).join(' ');
}

function thingOf(service: string, input: AwsCall['input']): string | undefined {
  if (service === 'dynamodb') return rowOf(input);
  if (service === 'lambda' && typeof input['FunctionName'] === 'string')
    return nameOfFunction(input['FunctionName'].replace(/^arn:.*:function:/, '').replace(/:[^:]*$/, ''));
  if (service === 'ssm') return String(input['Name']).endsWith('/paused') ? 'pause' : 'settings';
  if (service === 'events')
    return (input['Entries'] as readonly { DetailType?: string }[] | undefined)?.[0]?.DetailType;
  return undefined;
}

/** What a row of the work table is, by its key: `shared/work/dynamo`. */
function rowOf(input: AwsCall['input']): string {
  const key = /"(?:pk|:pk)":\{"S":"(case|lease|run)#/.exec(JSON.stringify(input))?.[1] ?? '';
  if (key !== 'run') return key;
  return JSON.stringify(input).includes('"sk":{"S":"scope"}') ? 'scope' : 'change';
}
