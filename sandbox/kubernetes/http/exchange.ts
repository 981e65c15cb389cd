import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiContext } from '../api/context.ts';
import type { FieldValidation } from '../api/decode.ts';
import type { Identity } from '../contract.ts';
import { invalid, StatusError } from '../types/status.ts';
import type { RequestInfo } from './request-info.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** One request and its answer. */
export interface Exchange {
  readonly api: ApiContext;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly identity: Identity;
  readonly body: Buffer;
  readonly warnings: string[];
  readonly tokens: ServiceAccountTokens;
}

/** Sends JSON that is made already. */
export function sendText(exchange: Exchange, code: number, text: string, type = 'application/json'): void {
  const { response, warnings } = exchange;
  response.statusCode = code;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-cache, private');
  response.setHeader('Date', exchange.api.clock.date().toUTCString());
  if (warnings.length > 0)
    response.setHeader(
      'Warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

export function sendJson(exchange: Exchange, code: number, value: object): void {
  sendText(exchange, code, JSON.stringify(value));
}

/** Sends an error as a `Status`; a positive `retryAfterSeconds` is also the Retry-After header. */
export function sendError(exchange: Exchange, error: StatusError): void {
  const after = error.details?.retryAfterSeconds;
  if (after) exchange.response.setHeader('Retry-After', String(after));
  sendJson(exchange, error.code, error.toStatus());
}

const optionsKinds: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** The `dryRun` parameter. Throws 422 for anything but `All`, as seen on 1.36.2. */
export function dryRunOf({ query, request }: Exchange): string[] {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  const wrong = values.find((value) => value !== 'All');
  if (wrong === undefined) return values;
  const error = {
    field: 'dryRun',
    type: 'FieldValueNotSupported',
    value: values,
    detail: 'supported values: "All"',
  } as const;
  throw invalid('meta.k8s.io', optionsKinds[request.method ?? ''] ?? 'DeleteOptions', '', [error]);
}

/** The `fieldValidation` parameter; the server's default is Warn. */
export function fieldValidationOf({ query, request }: Exchange): FieldValidation {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  const error = {
    field: 'fieldValidation',
    type: 'FieldValueNotSupported',
    value,
    detail: 'supported values: "", "Ignore", "Strict", "Warn"',
  } as const;
  throw invalid('meta.k8s.io', optionsKinds[request.method ?? ''] ?? 'CreateOptions', '', [error]);
}

export type Representation = 'object' | 'table' | 'metadata';

function representationOf(entry: string): Representation | undefined {
  const [type, ...parameters] = entry.split(';').map((part) => part.trim());
  const as = parameters.find((part) => part.startsWith('as='))?.slice(3);
  if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') return undefined;
  if (as === undefined) return 'object';
  const v1 = parameters.includes('v=v1') && parameters.includes('g=meta.k8s.io');
  if (v1 && as === 'Table') return 'table';
  return v1 && (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') ? 'metadata' : undefined;
}

/** What the Accept header asks for. Throws 406, as k8s.io/apiserver/pkg/endpoints/handlers/negotiation. */
export function accepted(accept: string | undefined): Representation {
  if (!accept) return 'object';
  for (const entry of accept.split(',')) {
    const found = representationOf(entry.trim());
    if (found) return found;
  }
  const message = 'only the following media types are accepted: application/json';
  throw new StatusError(406, 'NotAcceptable', message);
}
