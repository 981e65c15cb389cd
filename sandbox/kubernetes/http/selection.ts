import type { Store } from '../store/store.ts';
import { fieldMatcher } from '../types/field-selectors.ts';
import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import type { ResourceDefinition } from '../types/resources.ts';
import { parseLabelSelector } from '../types/selectors.ts';

export interface Selection {
  readonly namespace: string | undefined;
  readonly selective: boolean;
  /** Whether an object of the resource is meant; the namespace is checked too. */
  matches(object: KubeObject): boolean;
  /** All objects that are meant now, ordered by key. */
  all(store: Store): KubeObject[];
}

function candidates(
  store: Store,
  key: ResourceKey,
  namespace: string | undefined,
  node: string | undefined,
): KubeObject[] {
  if (key !== 'pods' || node === undefined || node === '') return store.list(key, namespace);
  return store.podsOnNode(node).sort((left, right) => {
    const [a, b] = [left.metadata, right.metadata].map(({ namespace: home, name }) => `${home}/${name}`);
    return (a ?? '') < (b ?? '') ? -1 : 1;
  });
}

/** Reads labelSelector and fieldSelector. Throws 400. */
export function selectionOf(
  definition: ResourceDefinition,
  namespace: string | undefined,
  query: URLSearchParams,
): Selection {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = fieldMatcher(query.get('fieldSelector') ?? '', definition.fields);
  const matches = (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels) &&
    fields.matches(object);
  const selective = Boolean(query.get('labelSelector') || query.get('fieldSelector'));
  return {
    namespace,
    selective,
    matches,
    all: (store) => {
      const found = candidates(store, definition.key, namespace, fields.required('spec.nodeName'));
      return selective ? found.filter(matches) : found;
    },
  };
}
