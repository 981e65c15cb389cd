import { type SdkIntegration, sdkIntegration } from '../../aws/integration.ts';
import { StateFailure } from './failure.ts';
import type { Caller, IntegrationTools, Pattern } from './integration.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type ErrorNaming, optimisedFailure } from './service-errors.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** One optimised integration: an SDK call with Step Functions' own way around it. */
interface Optimised {
  /** Service and action of the SDK call beneath. */
  readonly sdk: readonly [service: string, action: string];
  readonly patterns: readonly Pattern[];
  readonly naming: ErrorNaming;
  /** Whether answers carry `SdkHttpMetadata`; EventBridge's do not (recorded on AWS, see `service-errors.ts`). */
  readonly metadata: boolean;
  readonly before?: (parameters: JsonObject, caller: Caller) => Parameters;
  readonly after?: (result: Parameters, output: Parameters) => JsonObject;
}

const dynamodb: Omit<Optimised, 'sdk'> = {
  patterns: ['response'],
  naming: { prefix: 'DynamoDB', base: 'AmazonDynamoDBException', service: 'AmazonDynamoDBv2' },
  metadata: true,
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html: those of services that the sandbox has. */
export const optimised: Readonly<Record<string, Optimised>> = {
  'lambda:invoke': {
    sdk: ['lambda', 'invoke'],
    patterns: ['response', 'token'],
    naming: { prefix: 'Lambda', base: 'AWSLambdaException', service: 'AWSLambda' },
    metadata: true,
    // Without a payload the function gets an empty object.
    before: (parameters) => ({ ...parameters, Payload: JSON.stringify(parameters['Payload'] ?? {}) }),
    after: functionResult,
  },
  'events:putEvents': {
    sdk: ['eventbridge', 'putEvents'],
    patterns: ['response', 'token'],
    naming: { prefix: 'EventBridge', base: 'AmazonEventBridgeException', service: 'AmazonEventBridge' },
    metadata: false,
    before: eventEntries,
    after: (result) => {
      const failed = Number(result['FailedEntryCount'] ?? 0);
      if (failed > 0) throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(result));
      return result as JsonObject;
    },
  },
  'sqs:sendMessage': {
    sdk: ['sqs', 'sendMessage'],
    patterns: ['response', 'token'],
    naming: { prefix: 'SQS', base: 'AmazonSQSException', service: 'AmazonSQS' },
    metadata: true,
    before: (parameters) => ({ ...parameters, MessageBody: textOf(parameters['MessageBody']) }),
  },
  'dynamodb:getItem': { sdk: ['dynamodb', 'getItem'], ...dynamodb },
  'dynamodb:putItem': { sdk: ['dynamodb', 'putItem'], ...dynamodb },
  'dynamodb:updateItem': { sdk: ['dynamodb', 'updateItem'], ...dynamodb },
  'dynamodb:deleteItem': { sdk: ['dynamodb', 'deleteItem'], ...dynamodb },
  'states:startExecution': {
    sdk: ['sfn', 'startExecution'],
    patterns: ['response', 'token', 'sync', 'sync:2'],
    naming: { prefix: 'StepFunctions', base: 'AWSStepFunctionsException', service: 'AWSStepFunctions' },
    metadata: true,
    before: (parameters) => ({ ...parameters, Input: textOf(parameters['Input'] ?? {}) }),
    // Times of the SDK for Java 1 are epoch milliseconds.
    after: (_result, output) => ({
      ExecutionArn: String(output['executionArn']),
      StartDate: (output['startDate'] as Date).getTime(),
    }),
  },
};

/** The call of an optimised integration, ready to use; it throws `StateFailure`. */
export async function optimisedCall(
  name: string,
  tools: IntegrationTools,
): Promise<((parameters: Json, caller: Caller) => Promise<Json>) | undefined> {
  const known = optimised[name];
  if (!known) return undefined;
  const sdk = await sdkIntegration(...known.sdk);
  return (parameters, caller) => callOptimised(known, sdk, tools, parameters, caller);
}

async function callOptimised(
  known: Optimised,
  sdk: SdkIntegration,
  tools: IntegrationTools,
  parameters: Json,
  caller: Caller,
): Promise<Json> {
  const requestId = tools.requestId();
  try {
    const given = isObject(parameters) ? (parameters as JsonObject) : {};
    const input = sdk.toInput(known.before ? known.before(given, caller) : given);
    const output = await tools.cloud.call<Parameters>(sdk.service, sdk.operation, input, caller.principal, 'machine');
    const plain = sdk.toResult(output);
    const result = known.after ? known.after(plain, output) : (plain as JsonObject);
    return known.metadata ? { ...result, ...sdkMetadata(requestId, result) } : result;
  } catch (error) {
    throw await optimisedFailure(error, sdk.service, known.naming, requestId);
  }
}

function functionResult(result: Parameters): JsonObject {
  const text = String(result['Payload'] ?? '');
  const payload = parsed(text);
  if (result['FunctionError'] !== undefined) throw functionFailure(payload, text);
  const { FunctionError: _, ...rest } = result;
  return { ...rest, Payload: payload } as JsonObject;
}

/** A function's own error: its `errorType`, with the whole payload as the cause; `Lambda.Unknown` when there is none. */
function functionFailure(payload: Json, text: string): StateFailure {
  const type = isObject(payload) ? payload['errorType'] : undefined;
  return typeof type === 'string' && type !== ''
    ? new StateFailure(type, text)
    : new StateFailure(
        'Lambda.Unknown',
        `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`,
      );
}

/** Step Functions writes a detail as text and adds its own ARNs to the resources (recorded on AWS, see `service-errors.ts`). */
function eventEntries(parameters: JsonObject, caller: Caller): Parameters {
  const entries = (parameters['Entries'] ?? []) as readonly JsonObject[];
  return {
    ...parameters,
    Entries: entries.map((entry) => ({
      ...entry,
      ...(entry['Detail'] === undefined ? {} : { Detail: textOf(entry['Detail']) }),
      Resources: [...((entry['Resources'] ?? []) as readonly string[]), caller.stateMachineArn, caller.executionArn],
    })),
  };
}

/** What the SDK for Java 1 tells of the HTTP answer, as far as a call in process has it. */
function sdkMetadata(requestId: string, result: JsonObject): JsonObject {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(JSON.stringify(result))),
    'x-amzn-RequestId': requestId,
  };
  const all = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: all, HttpHeaders: headers, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
