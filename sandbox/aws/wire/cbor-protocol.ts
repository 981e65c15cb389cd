import { cbor, tag } from '@smithy/core/cbor';
import { AwsError } from '../contract.ts';
import { operationOf } from '../schema/model.ts';
import { fromJson, type JsonOptions, toJson } from './json-codec.ts';
import { jsonError } from './json-protocol.ts';
import type { Protocol, WireResponse } from './protocol.ts';

const options: JsonOptions = { blobs: 'bytes', timestamp: (date) => tag({ tag: 1, value: date.getTime() / 1000 }) };

/** Smithy RPC v2 CBOR (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html), which botocore prefers for CloudWatch. */
export const cborProtocol: Protocol = {
  operation: (model, request) => {
    const found = /^\/service\/[^/]+\/operation\/([A-Za-z0-9]+)\/?$/.exec(request.path);
    if (!found?.[1])
      throw new AwsError('UnknownOperationException', `The path ${request.path} names no operation.`, 404);
    return operationOf(model, found[1]);
  },
  input: (operation, request) => fromJson(operation.input, decode(request.body)),
  output: (_model, operation, output, requestId): WireResponse => ({
    status: 200,
    headers: headers(requestId),
    body: operation.output.isUnitSchema() ? '' : cbor.serialize(toJson(operation.output, output, options) ?? {}),
  }),
  error: (model, error, requestId) => {
    const { name, status, body, query } = jsonError(model, error);
    return {
      status,
      headers: { ...headers(requestId), ...query },
      body: cbor.serialize({ __type: model ? `${model.namespace}#${name}` : name, ...body }),
    };
  },
};

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId };
}

function decode(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return untagged(cbor.deserialize(new Uint8Array(body)));
  } catch (error) {
    throw new AwsError(
      'SerializationException',
      `The request body is not CBOR: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

/** Tag 1 is a timestamp in epoch seconds; its number goes to the lenient decoder. */
function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if ('tag' in value && 'value' in value && Object.keys(value).length === 2) return Number(value.value);
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) result[key] = untagged(item);
  return result;
}
