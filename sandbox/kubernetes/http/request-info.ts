import { flagOf } from './parameters.ts';

/** What a request is about, as authorisation, counters and faults see it. */
export interface RequestInfo {
  readonly isResource: boolean;
  readonly path: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or the lower-case method. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function outside(method: string, path: string): RequestInfo {
  const verb = method.toLowerCase();
  return {
    isResource: false,
    path,
    verb,
    group: '',
    version: '',
    namespace: undefined,
    resource: '',
    subresource: '',
    name: '',
  };
}

function isWatch(query: URLSearchParams): boolean {
  return flagOf(query, 'watch') ?? false;
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const verb = verbs[method] ?? method.toLowerCase();
  if (name !== '') return verb;
  if (verb === 'delete') return 'deletecollection';
  if (verb !== 'get') return verb;
  return isWatch(query) ? 'watch' : 'list';
}

/** Resources below `/namespaces/<name>/` that belong to the Namespace itself. */
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Reads a URL as the real server does. A watch of one object by its `metadata.name` field counts for that name.
 * Source: k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root = '', ...rest] = parts;
  const isCore = root === 'api' && parts.length >= 3;
  const isGroup = root === 'apis' && parts.length >= 4;
  if (!isCore && !isGroup) return outside(method, path);
  const group = isGroup ? (rest.shift() ?? '') : '';
  const version = rest.shift() ?? '';
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1];
    if (rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '')) rest.splice(0, 2);
  }
  const [resource = '', name = '', subresource = ''] = rest;
  const named = name || (/(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '');
  const verb = verbOf(method, name, query);
  const collective = ['list', 'watch', 'deletecollection'].includes(verb);
  return {
    isResource: true,
    path,
    verb,
    group,
    version,
    namespace,
    resource,
    subresource,
    name: collective ? named : name,
  };
}
