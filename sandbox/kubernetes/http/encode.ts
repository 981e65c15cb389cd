import { type IncludeObject, partial, tableOf } from '../tables/table.ts';
import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, type ResourceDefinition } from '../types/resources.ts';
import { badRequest } from '../types/status.ts';
import { accepted, type Exchange, type Representation } from './exchange.ts';
import { listItem, serialise } from './serialise.ts';

const views = new WeakMap<KubeObject, KubeObject>();

function viewed(definition: ResourceDefinition, object: KubeObject): KubeObject {
  if (!definition.view) return object;
  const view = views.get(object) ?? definition.view.toView(object);
  views.set(object, view);
  return view;
}

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** How one exchange wants objects written. */
export interface Encoder {
  object(object: KubeObject): string;
  list(objects: readonly KubeObject[], metadata: ListMeta): string;
}

function includeOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`Invalid value: "${value}": must be 'Metadata', 'Object', 'None', or empty`);
}

function objectEncoder(definition: ResourceDefinition): Encoder {
  const head = JSON.stringify({ kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition) }).slice(0, -1);
  return {
    object: (object) => serialise(viewed(definition, object)),
    list: (objects, metadata) => {
      const items = objects.map((object) => listItem(viewed(definition, object)));
      return `${head},"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
    },
  };
}

function tableEncoder(definition: ResourceDefinition, include: IncludeObject, now: () => number): Encoder {
  const table = (objects: readonly KubeObject[], metadata: object) =>
    JSON.stringify(tableOf(objects, definition.key, metadata, include, now()));
  return {
    object: (object) => table([object], { resourceVersion: object.metadata.resourceVersion }),
    list: table,
  };
}

const metadataEncoder: Encoder = {
  object: (object) => JSON.stringify(partial(object)),
  list: (objects, metadata) => {
    const items = objects.map((object) => ({ metadata: object.metadata }));
    return JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items });
  },
};

/** The encoder that the Accept header asks for. Throws 406 or 400. */
export function encoderFor(exchange: Exchange, definition: ResourceDefinition): Encoder {
  const wanted: Representation = accepted(exchange.request.headers.accept);
  if (wanted === 'metadata') return metadataEncoder;
  if (wanted === 'object') return objectEncoder(definition);
  return tableEncoder(definition, includeOf(exchange.query), () => exchange.api.clock.now());
}
