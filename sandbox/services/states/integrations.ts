import { AwsError, account, region } from '../../aws/contract.ts';
import { sdkIntegration } from '../../aws/integration.ts';
import type { Integration, IntegrationTools, Pattern } from './integration.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { optimised, optimisedCall } from './optimised.ts';
import { sdkFailure } from './service-errors.ts';

const suffixes: Readonly<Record<string, Pattern>> = {
  waitForTaskToken: 'token',
  sync: 'sync',
  'sync:2': 'sync:2',
};

/** Every `Resource` that machines name, looked up once. */
export class Integrations {
  readonly #tools: IntegrationTools;
  readonly #known = new Map<string, Promise<Integration>>();

  constructor(tools: IntegrationTools) {
    this.#tools = tools;
  }

  /** The integration of a `Resource`; throws `AwsError` that names what the sandbox does not have. */
  get(resource: string): Promise<Integration> {
    const known = this.#known.get(resource);
    if (known) return known;
    const found = this.#tools.cloud.clock.hold(`integration ${resource}`, () => this.#find(resource));
    this.#known.set(resource, found);
    return found;
  }

  async #find(resource: string): Promise<Integration> {
    if (resource.startsWith(`arn:aws:lambda:${region}:${account}:function:`)) return this.#function(resource);
    const [, name = '', suffix] = /^arn:aws:states:::([^.]+)(?:\.(.+))?$/.exec(resource) ?? [];
    const pattern = suffix === undefined ? 'response' : suffixes[suffix];
    if (name === '' || pattern === undefined) throw unknown(resource);
    return name.startsWith('aws-sdk:') ? this.#sdk(resource, name, pattern) : this.#optimised(resource, name, pattern);
  }

  async #optimised(resource: string, name: string, pattern: Pattern): Promise<Integration> {
    const call = await optimisedCall(name, this.#tools);
    if (!call || !optimised[name]?.patterns.includes(pattern)) throw unknown(resource);
    const [resourceType = ''] = name.split(':');
    return { resourceType, resource: after(resource, `${resourceType}:`), pattern, functionArn: undefined, call };
  }

  async #sdk(resource: string, name: string, pattern: Pattern): Promise<Integration> {
    const [, service = '', action = ''] = name.split(':');
    if (pattern !== 'response' && pattern !== 'token') throw unknown(resource);
    const sdk = await sdkIntegration(service, action);
    const { cloud, requestId } = this.#tools;
    return {
      resourceType: `aws-sdk:${service}`,
      resource: after(resource, `aws-sdk:${service}:`),
      pattern,
      functionArn: undefined,
      call: async (parameters, caller) => {
        try {
          const output = await cloud.call(
            sdk.service,
            sdk.operation,
            sdk.toInput(parameters),
            caller.principal,
            'machine',
          );
          return sdk.toResult(output) as JsonObject;
        } catch (error) {
          throw sdkFailure(error, sdk, requestId());
        }
      },
    };
  }

  /** A function's ARN as the resource: the whole parameters are its payload, and its answer is the result. */
  async #function(functionArn: string): Promise<Integration> {
    const call = await optimisedCall('lambda:invoke', this.#tools);
    if (!call) throw unknown(functionArn);
    return {
      resourceType: 'lambda',
      resource: functionArn,
      pattern: 'response',
      functionArn,
      call: async (parameters, caller) => {
        const result = await call({ FunctionName: functionArn, Payload: parameters }, caller);
        return (isObject(result) ? (result['Payload'] as Json) : null) ?? null;
      },
    };
  }
}

function after(resource: string, prefix: string): string {
  return resource.slice(`arn:aws:states:::${prefix}`.length);
}

function unknown(resource: string): AwsError {
  return new AwsError('NotImplementedInSandbox', `The sandbox has no integration for the resource '${resource}'.`, 501);
}
