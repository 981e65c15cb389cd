import { AwsError } from '../contract.ts';
import { errorOf, operationOf, type ServiceModel } from '../schema/model.ts';
import { fromJson, jsonOptions, toJson } from './json-codec.ts';
import type { Protocol, WireResponse } from './protocol.ts';

/** awsJson1.0 and awsJson1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html): the operation is in `x-amz-target`. */
export function jsonProtocol(version: '1.0' | '1.1'): Protocol {
  const headers = (requestId: string) => ({
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': requestId,
  });
  return {
    operation: (model, request) => operationOf(model, (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? ''),
    input: (operation, request) => fromJson(operation.input, parseJson(request.body)),
    output: (_model, operation, output, requestId): WireResponse => ({
      status: 200,
      headers: headers(requestId),
      body: operation.output.isUnitSchema() ? '' : JSON.stringify(toJson(operation.output, output, jsonOptions) ?? {}),
    }),
    error: (model, error, requestId) => {
      const { name, status, body, query } = jsonError(model, error);
      return {
        // Services of awsJson answer 400 for every fault of the client, whatever status the shape names.
        status: status < 500 ? 400 : status,
        headers: { ...headers(requestId), ...query },
        body: JSON.stringify({ __type: model ? `${model.namespace}#${name}` : name, ...body }),
      };
    },
  };
}

/** The parsed body; an empty one is an empty object. Throws `SerializationException` as AWS does for a body that is not a JSON object. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The request body is not a JSON object.');
  }
  return value;
}

/** What JSON and CBOR errors have in common: the shape's name, the status, the members and the header for query-compatible clients. */
export function jsonError(model: ServiceModel | undefined, error: AwsError) {
  const shape = model && errorOf(model, error.code);
  const messageName =
    shape?.schema.isStructSchema() && 'Message' in shape.schema.getMemberSchemas() ? 'Message' : 'message';
  const fields = shape ? (toJson(shape.schema, error.fields, jsonOptions) as object) : error.fields;
  const status = error.status !== 400 ? error.status : (shape?.status ?? 400);
  // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
  const compatible = model?.version !== undefined && model.target !== undefined;
  const query: Record<string, string> = compatible
    ? { 'x-amzn-query-error': `${shape?.queryCode ?? error.code};${status < 500 ? 'Sender' : 'Receiver'}` }
    : {};
  return { name: shape?.name ?? error.code, status, body: { [messageName]: error.message, ...fields }, query };
}
