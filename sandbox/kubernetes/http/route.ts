import type { KubeObject } from '../types/objects.ts';
import { definitionAt, groupName, type ResourceDefinition } from '../types/resources.ts';
import { methodNotAllowed, notFound, StatusError, unknownResource } from '../types/status.ts';
import { groupVersions } from './discovery.ts';
import { encoderFor } from './encode.ts';
import { type Exchange, sendText } from './exchange.ts';
import { type PagedLists, sendList } from './list.ts';
import { patch } from './patch.ts';
import { reviewAt, sendReview } from './reviews.ts';
import { sendWatch } from './watch.ts';
import { create, evict, remove, removeAll, scale, token, update } from './write.ts';

function stored(exchange: Exchange, definition: ResourceDefinition): KubeObject {
  const { info, api } = exchange;
  const object = api.store.get(definition.key, definition.namespaced ? info.namespace : undefined, info.name);
  if (!object) throw notFound(groupName(definition), info.name);
  return object;
}

function get(exchange: Exchange, definition: ResourceDefinition): void {
  sendText(exchange, 200, encoderFor(exchange, definition).object(stored(exchange, definition)));
}

/** What would need a container that runs, and what there is instead: one sentence. */
const needsContainers: Readonly<Record<string, (name: string) => string>> = {
  log: (name) => `the pod "${name}" has no log`,
  exec: (name) => `no command can run in the pod "${name}"`,
  attach: (name) => `there is nothing to attach to in the pod "${name}"`,
  portforward: (name) => `nothing listens in the pod "${name}"`,
  proxy: (name) => `nothing behind "${name}" answers requests`,
};

function refuseContainers(exchange: Exchange, definition: ResourceDefinition): void {
  const { name } = stored(exchange, definition).metadata;
  const what = needsContainers[exchange.info.subresource]?.(name);
  throw new StatusError(501, 'NotImplemented', `the sandbox runs no containers, so ${what}`, {
    name,
    kind: definition.resource,
  });
}

function bind(exchange: Exchange, definition: ResourceDefinition): void {
  stored(exchange, definition);
  throw new StatusError(501, 'NotImplemented', 'the sandbox has its own scheduler; pods cannot be bound by hand');
}

function finalize(exchange: Exchange, definition: ResourceDefinition): void {
  update(exchange, definition);
}

type Handler = (exchange: Exchange, definition: ResourceDefinition, lists: PagedLists) => void;

const handlers: Readonly<Record<string, Handler>> = {
  get,
  list: sendList,
  watch: sendWatch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeAll,
};

const subresourceHandlers: Readonly<Record<string, Handler>> = {
  eviction: evict,
  binding: bind,
  scale,
  finalize,
  token,
  ...Object.fromEntries(Object.keys(needsContainers).map((name) => [name, refuseContainers])),
};

/** Parts of an object that are read and written as it is. */
const parts = new Set(['status', 'ephemeralcontainers']);

function routeSubresource(exchange: Exchange, definition: ResourceDefinition, lists: PagedLists): void {
  const { subresource: name, verb } = exchange.info;
  const subresource = definition.subresources.find((item) => item.name === name);
  if (!subresource) throw unknownResource();
  const handler = parts.has(name) ? handlers[verb] : subresourceHandlers[name];
  if (!handler || !subresource.verbs.some((item) => item === verb)) throw methodNotAllowed();
  handler(exchange, definition, lists);
}

/** Collections are not replaced or patched, and objects are created in their collection. */
function takesVerb({ verb, name }: Exchange['info']): boolean {
  if (verb === 'create') return !name;
  return name !== '' || (verb !== 'update' && verb !== 'patch');
}

/** Sends a request for a resource to what serves it. Throws `StatusError`; 404 for a resource that is not served. */
export function route(exchange: Exchange, lists: PagedLists): void {
  const { info } = exchange;
  const review = reviewAt(info.group, info.version, info.resource);
  if (review && info.verb === 'create') {
    sendReview(exchange, review);
    return;
  }
  const definition = definitionAt(info.group, info.version, info.resource);
  if (!definition) {
    if (groupVersions().some(({ group, version }) => group === info.group && version === info.version))
      throw unknownResource();
    sendText(exchange, 404, '404 page not found\n', 'text/plain; charset=utf-8');
    return;
  }
  if (info.subresource) {
    routeSubresource(exchange, definition, lists);
    return;
  }
  const handler = handlers[info.verb];
  const isServed = definition.verbs.some((verb) => verb === info.verb);
  if (!handler || !isServed || !takesVerb(info)) throw methodNotAllowed();
  const writesOne = ['create', 'get', 'update', 'patch', 'delete'].includes(info.verb);
  if (writesOne && definition.namespaced && !info.namespace) {
    throw info.verb === 'create' ? methodNotAllowed() : unknownResource();
  }
  handler(exchange, definition, lists);
}
