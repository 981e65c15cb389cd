import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './contract.ts';
import { catalogue } from './schema/catalogue.ts';
import { errorOf, membersOf, operationOf, type ServiceModel, serviceModel } from './schema/model.ts';
import { formatTimestamp, parseTimestamp } from './schema/timestamp.ts';

/** One `arn:aws:states:::aws-sdk:<service>:<action>` for the interpreter of state machines. */
export interface SdkIntegration {
  /** The SigV4 service and the operation to call. */
  readonly service: string;
  readonly operation: string;
  /** PascalCase arguments to the SDK's input. Names that are not PascalCase stay as they are, so that validation refuses them. */
  toInput(parameters: unknown): Record<string, unknown>;
  /** The SDK's output to the PascalCase result, with timestamps in ISO 8601 and blobs as text. */
  toResult(output: unknown): Record<string, unknown>;
  /** The name that `ErrorEquals` sees, such as `Eks.ResourceNotFoundException`. */
  errorName(error: AwsError): string;
}

/**
 * The integration of a service and an action in camelCase (`eks`, `describeCluster`). Throws for what Step Functions or the sandbox
 * does not have. Parameters and results are in PascalCase whatever the service's own case:
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export async function sdkIntegration(service: string, action: string): Promise<SdkIntegration> {
  const entry = catalogue.find((candidate) => candidate.integration === service);
  if (!entry)
    throw new AwsError('UnknownServiceInSandbox', `The sandbox has no integration 'aws-sdk:${service}'.`, 501);
  const model = await serviceModel(entry.name);
  const operation = operationOf(model, pascal(action));
  return {
    service: entry.name,
    operation: operation.name,
    toInput: (parameters) => (fromPascal(operation.input, parameters) ?? {}) as Record<string, unknown>,
    toResult: (output) => (toPascal(operation.output, output) ?? {}) as Record<string, unknown>,
    errorName: (error) => `${entry.prefix}.${exceptionName(model, error.code)}`,
  };
}

/**
 * Errors are named as the SDK for Java 2 names their classes (its codegen's DefaultNamingStrategy.getExceptionName: `Fault` becomes
 * `Exception`, and names without that ending get it). An error without a shape, as all of EC2's and `ValidationError` of Auto Scaling,
 * is the service's base exception there: `Ec2.Ec2Exception`, `AutoScaling.AutoScalingException`.
 */
function exceptionName(model: ServiceModel, code: string): string {
  const shape = errorOf(model, code);
  if (!shape) return `${model.prefix}Exception`;
  const name = pascal(shape.name);
  if (name.endsWith('Fault')) return `${name.slice(0, -'Fault'.length)}Exception`;
  return name.endsWith('Exception') ? name : `${name}Exception`;
}

function fromPascal(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema() && plain(value)) {
    const { members } = membersOf(schema);
    const byPascal = new Map([...members.keys()].map((name) => [pascal(name), name]));
    return convert(value, (key, item) => {
      const name = byPascal.get(key);
      const member = name === undefined ? undefined : members.get(name);
      // A member in the service's own lower case is refused: Step Functions wants PascalCase.
      return name !== undefined && member
        ? [name, fromPascal(member, item)]
        : [members.has(key) ? `${key} (not in PascalCase)` : key, item];
    });
  }
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => fromPascal(schema.getValueSchema(), item));
  if (schema.isMapSchema() && plain(value))
    return convert(value, (key, item) => [key, fromPascal(schema.getValueSchema(), item)]);
  if (schema.isTimestampSchema()) return parseTimestamp(value);
  // JSON stands for itself in a blob, such as the payload of Lambda's Invoke; text is the blob's text.
  if (schema.isBlobSchema())
    return new Uint8Array(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  return value;
}

function toPascal(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema() && plain(value)) {
    const { members } = membersOf(schema);
    return convert(value, (name, item) => {
      const member = members.get(name);
      return [pascal(name), member ? toPascal(member, item) : undefined];
    });
  }
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => toPascal(schema.getValueSchema(), item) ?? null);
  if (schema.isMapSchema() && plain(value))
    return convert(value, (key, item) => [key, toPascal(schema.getValueSchema(), item)]);
  if (value instanceof Date) return formatTimestamp(value, 'date-time');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value;
}

function convert(
  value: Record<string, unknown>,
  each: (key: string, item: unknown) => [string, unknown],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const [name, converted] = each(key, item);
    if (converted !== undefined)
      Object.defineProperty(result, name, { value: converted, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function plain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
