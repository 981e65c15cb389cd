import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../contract.ts';
import { type CatalogueEntry, catalogue } from './catalogue.ts';

interface HttpBinding {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly http: HttpBinding | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface ErrorModel {
  readonly name: string;
  /** The code in query responses, such as `AWS.SimpleQueueService.NonExistentQueue`. */
  readonly queryCode: string | undefined;
  readonly status: number;
  readonly schema: NormalizedSchema;
}

/** One service as its SDK client describes it. */
export interface ServiceModel extends CatalogueEntry {
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly errors: readonly ErrorModel[];
}

type Schema = Parameters<typeof NormalizedSchema.of>[0];
type OperationTuple = [9, string, string, number | Record<string, unknown>, Schema, Schema];
type ErrorTuple = [-3, string, string, Record<string, unknown>, ...unknown[]];

const models = new Map<string, Promise<ServiceModel>>();

/** The entry of a service by its SigV4 name; throws `UnknownServiceInSandbox` for a service that the sandbox cannot speak. */
export function catalogueEntry(service: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === service);
  if (!entry) throw new AwsError('UnknownServiceInSandbox', `The sandbox does not have the service '${service}'.`, 501);
  return entry;
}

/**
 * The shapes of a service, from the exports `<Operation>$` and `<Error>$` of its SDK client. They are loaded on first use,
 * because client-ec2 alone takes a quarter of a second.
 */
export function serviceModel(service: string): Promise<ServiceModel> {
  const known = models.get(service);
  if (known) return known;
  const loading = load(catalogueEntry(service));
  models.set(service, loading);
  return loading;
}

async function load(entry: CatalogueEntry): Promise<ServiceModel> {
  const operations = new Map<string, OperationModel>();
  const errors: ErrorModel[] = [];
  let namespace = '';
  for (const [exported, value] of Object.entries(await entry.load())) {
    if (!exported.endsWith('$') || !Array.isArray(value)) continue;
    if (value[0] === 9) {
      const operation = operationModel(value as OperationTuple);
      operations.set(operation.name, operation);
      namespace = String(value[1]);
    }
    if (value[0] === -3 && !String(value[1]).startsWith('smithy.ts.sdk.synthetic'))
      errors.push(errorModel(value as ErrorTuple));
  }
  return { ...entry, namespace, operations, errors };
}

function operationModel([, , name, traits, input, output]: OperationTuple): OperationModel {
  const http = typeof traits === 'object' ? (traits['http'] as [string, string, number] | undefined) : undefined;
  return {
    name,
    http: http && { method: http[0], path: http[1], status: http[2] },
    input: NormalizedSchema.of(dereferenced(input)),
    output: NormalizedSchema.of(dereferenced(output)),
  };
}

function errorModel(tuple: ErrorTuple): ErrorModel {
  const traits = tuple[3];
  const query = traits['awsQueryError'] as [string, number] | undefined;
  const status = query?.[1] ?? Number(traits['httpError'] ?? (traits['error'] === 'server' ? 500 : 400));
  return { name: tuple[2], queryCode: query?.[0], status, schema: NormalizedSchema.of(tuple as unknown as Schema) };
}

function dereferenced(schema: Schema): Schema {
  return typeof schema === 'function' ? (schema as () => Schema)() : schema;
}

/** The operation of that name; throws `NotImplementedInSandbox` when the service has no such operation. */
export function operationOf(model: ServiceModel, name: string): OperationModel {
  const operation = model.operations.get(name);
  if (!operation) throw new AwsError('UnknownOperationException', `${model.name} has no operation '${name}'.`, 400);
  return operation;
}

/** The error's shape, looked up by its name or by its query code. */
export function errorOf(model: ServiceModel, code: string): ErrorModel | undefined {
  return model.errors.find((error) => error.name === code || error.queryCode === code);
}

interface Members {
  readonly members: ReadonlyMap<string, NormalizedSchema>;
  readonly required: ReadonlySet<string>;
}

/** They are asked for at every structure of every call, and never change. */
const known = new WeakMap<object, Members>();

/** The members of a structure in order, with those that must be present. */
export function membersOf(schema: NormalizedSchema): Members {
  if (!schema.isStructSchema()) return { members: new Map(), required: new Set() };
  const key = schema.getSchema() as object;
  const members = known.get(key) ?? readMembers(schema);
  known.set(key, members);
  return members;
}

function readMembers(schema: NormalizedSchema): Members {
  const raw = schema.getSchema() as unknown as [number, string, string, unknown, string[], unknown[], number?];
  // The SDK's code generator puts required members first and their number at index 6 (unions use other slots).
  const count = schema.isUnionSchema() ? 0 : (raw[6] ?? 0);
  return { members: new Map(schema.structIterator()), required: new Set(raw[4].slice(0, count)) };
}
