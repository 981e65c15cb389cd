import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../contract.ts';
import { membersOf, type OperationModel, type ServiceModel } from '../schema/model.ts';
import { formatTimestamp, parseTimestamp, timestampFormat } from '../schema/timestamp.ts';
import { fromJson, jsonOptions, toJson } from './json-codec.ts';
import { jsonError, parseJson } from './json-protocol.ts';
import type { Protocol, WireRequest, WireResponse } from './protocol.ts';

/** restJson1 (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html): operations are methods and paths. */
export const restProtocol: Protocol = {
  operation: (model, request) => {
    const found = routeOf(model, request);
    if (!found)
      throw new AwsError(
        'UnknownOperationException',
        `${model.name} has no operation at ${request.method} ${request.path}.`,
        404,
      );
    return found.operation;
  },
  input: (operation, request) => inputOf(operation, request),
  output: (_model, operation, output, requestId) =>
    outputOf(operation, (output ?? {}) as Record<string, unknown>, requestId),
  error: (model, error, requestId) => {
    const { name, status, body } = jsonError(model, error);
    return {
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': name },
      body: JSON.stringify(body),
    };
  },
};

interface Route {
  readonly operation: OperationModel;
  readonly labels: Record<string, string>;
  readonly literals: number;
}

/** The most literal route of the service that fits the request's method and path. */
function routeOf(model: ServiceModel, request: Pick<WireRequest, 'method' | 'path' | 'query'>): Route | undefined {
  let best: Route | undefined;
  for (const operation of model.operations.values()) {
    if (operation.http?.method !== request.method) continue;
    const [template = '', literalQuery] = operation.http.path.split('?');
    const route = matchPath(template, request.path);
    if (!route || !hasLiterals(literalQuery, request.query)) continue;
    const literals = route.literals + (literalQuery ? 1 : 0);
    if (!best || literals > best.literals) best = { operation, labels: route.labels, literals };
  }
  return best;
}

function hasLiterals(literal: string | undefined, query: URLSearchParams): boolean {
  return [...new URLSearchParams(literal ?? '')].every(
    ([key, value]) => query.has(key) && (value === '' || query.get(key) === value),
  );
}

function matchPath(template: string, path: string): { labels: Record<string, string>; literals: number } | undefined {
  const wanted = template.replace(/\/$/, '').split('/').slice(1);
  const given = path.replace(/\/$/, '').split('/').slice(1);
  const labels: Record<string, string> = {};
  let literals = 0;
  for (const [index, part] of wanted.entries()) {
    const label = /^\{([^}+]+)(\+?)\}$/.exec(part);
    const segment = given[index];
    if (segment === undefined) return undefined;
    if (label?.[2]) {
      labels[label[1] ?? ''] = decode(given.slice(index).join('/'));
      return { labels, literals };
    }
    if (label) {
      if (segment === '') return undefined;
      labels[label[1] ?? ''] = decode(segment);
    } else if (part === segment) literals += 1;
    else return undefined;
  }
  return wanted.length === given.length ? { labels, literals } : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('SerializationException', 'The path is not percent-encoded text.');
  }
}

function inputOf(operation: OperationModel, request: WireRequest): Record<string, unknown> {
  const labels = matchPath(operation.http?.path.split('?')[0] ?? '', request.path)?.labels ?? {};
  const result: Record<string, unknown> = Object.create(null);
  const bound = new Set<string>();
  let payload = false;
  for (const [name, member] of membersOf(operation.input).members) {
    const traits = member.getMergedTraits();
    const where = Object.keys(traits).find((trait) =>
      ['httpLabel', 'httpQuery', 'httpHeader', 'httpPayload', 'httpQueryParams'].includes(trait),
    );
    if (where) bound.add(name);
    const value = boundValue(where, member, name, labels, request);
    if (value !== undefined) result[name] = value;
    payload ||= where === 'httpPayload';
  }
  if (!payload && request.body.length > 0) Object.assign(result, bodyMembers(operation.input, request.body, bound));
  return result;
}

function boundValue(
  where: string | undefined,
  member: NormalizedSchema,
  name: string,
  labels: Record<string, string>,
  request: WireRequest,
): unknown {
  const traits = member.getMergedTraits();
  if (where === 'httpLabel') return labels[name] === undefined ? undefined : fromText(member, labels[name]);
  if (where === 'httpHeader') {
    const header = request.headers[String(traits['httpHeader']).toLowerCase()];
    return header === undefined ? undefined : fromText(member, header);
  }
  if (where === 'httpQuery') {
    const values = request.query.getAll(String(traits['httpQuery']));
    if (values.length === 0) return undefined;
    if (member.isListSchema()) return values.map((value) => fromText(member.getValueSchema(), value));
    return fromText(member, values[0] ?? '');
  }
  if (where === 'httpQueryParams') return Object.fromEntries(request.query);
  if (where === 'httpPayload') {
    if (member.isBlobSchema()) return request.body.length > 0 ? new Uint8Array(request.body) : undefined;
    return fromJson(member, parseJson(request.body));
  }
  return undefined;
}

/** Members of the body. One that belongs elsewhere is given under its place, so that validation names it. */
function bodyMembers(schema: NormalizedSchema, body: Buffer, bound: ReadonlySet<string>): Record<string, unknown> {
  const members = fromJson(schema, parseJson(body)) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [bound.has(name) ? `${name} (in the body)` : name, value]),
  );
}

function fromText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isBooleanSchema()) return text === 'true' ? true : text === 'false' ? false : text;
  if (schema.isNumericSchema()) return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (schema.isTimestampSchema()) return parseTimestamp(text);
  if (schema.isListSchema()) return text.split(',').map((item) => fromText(schema.getValueSchema(), item.trim()));
  return text;
}

function outputOf(operation: OperationModel, output: Record<string, unknown>, requestId: string): WireResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  const rest: Record<string, unknown> = {};
  let status = operation.http?.status ?? 200;
  let payload: string | Uint8Array | undefined;
  for (const [name, member] of membersOf(operation.output).members) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    const traits = member.getMergedTraits();
    if (traits['httpResponseCode']) status = Number(value);
    else if (traits['httpHeader'] !== undefined)
      headers[String(traits['httpHeader']).toLowerCase()] = headerText(member, value);
    else if (traits['httpPayload'])
      payload = value instanceof Uint8Array ? value : JSON.stringify(toJson(member, value, jsonOptions));
    else rest[name] = value;
  }
  if (payload !== undefined) return { status, headers, body: payload };
  if (status === 204 || operation.output.isUnitSchema()) return { status, headers, body: '' };
  return { status, headers, body: JSON.stringify(toJson(operation.output, rest, jsonOptions) ?? {}) };
}

function headerText(schema: NormalizedSchema, value: unknown): string {
  return value instanceof Date ? formatTimestamp(value, timestampFormat(schema, 'http-date')) : String(value);
}
