import { AwsError, region } from '../contract.ts';
import { catalogue } from '../schema/catalogue.ts';
import { cborProtocol } from './cbor-protocol.ts';
import { jsonProtocol } from './json-protocol.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { queryProtocol } from './query-protocol.ts';
import { restProtocol } from './rest-protocol.ts';

export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** The credential scope of a SigV4 request, from the Authorization header or from the query of a presigned URL. */
export function scopeOf(request: WireRequest): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1];
  const credential = header ?? request.query.get('X-Amz-Credential');
  if (!credential) return undefined;
  const parts = credential.split('/');
  const [, , scopeRegion = '', service = ''] = parts.slice(-5);
  return { accessKeyId: parts.slice(0, -4).join('/'), region: scopeRegion, service };
}

/** The SigV4 name of the service that the request is for; throws `UnknownServiceInSandbox` when nothing says it. */
export function serviceOf(request: WireRequest, scope: Scope | undefined): string {
  if (scope) {
    if (scope.region !== region) {
      throw new AwsError(
        'SignatureDoesNotMatch',
        `Credential should be scoped to a valid region: the sandbox is ${region}, not '${scope.region}'.`,
        403,
      );
    }
    return scope.service;
  }
  const target = request.headers['x-amz-target']?.split('.')[0] ?? /^\/service\/([^/]+)\//.exec(request.path)?.[1];
  const version = parameters(request)?.get('Version');
  const found = catalogue.find((entry) =>
    target !== undefined ? entry.target === target : typeof version === 'string' && entry.version === version,
  );
  const service = found?.name ?? restService(request.path);
  if (!service)
    throw new AwsError(
      'UnknownServiceInSandbox',
      'The request is not signed, and nothing else in it names a service.',
      400,
    );
  return service;
}

function restService(path: string): string | undefined {
  if (/^\/\d{4}-\d\d-\d\d\/(functions|event-source-mappings)/.test(path)) return 'lambda';
  if (/^\/(clusters|addons|cluster-versions)(\/|$)/.test(path)) return 'eks';
  if (/^\/(experimentTemplates|experiments|actions)(\/|$)/.test(path)) return 'fis';
  return /^\/schedules?(-groups)?(\/|$)/.test(path) ? 'scheduler' : undefined;
}

function parameters(request: WireRequest): URLSearchParams | undefined {
  if (request.query.has('Action')) return request.query;
  if (!isForm(request)) return undefined;
  return new URLSearchParams(request.body.toString('utf8'));
}

function isForm(request: WireRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

const json10 = jsonProtocol('1.0');
const json11 = jsonProtocol('1.1');
const query = queryProtocol('query');
const ec2 = queryProtocol('ec2-query');

/** The protocol that the request itself speaks, else the service's own. */
export function protocolOf(service: string, request: WireRequest): Protocol {
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return cborProtocol;
  if (request.headers['x-amz-target'] !== undefined) {
    return (request.headers['content-type'] ?? '').includes('1.0') ? json10 : json11;
  }
  const own = catalogue.find((entry) => entry.name === service)?.protocol;
  if (own === 'ec2-query') return ec2;
  if (own === 'rest-json') return restProtocol;
  if (own === 'query' || isForm(request) || request.query.has('Action')) return query;
  return own === 'json-1.1' ? json11 : json10;
}
