import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import type { Change } from '../store/store.ts';
import { definitions } from '../types/resources.ts';
import type { Controller } from './manager.ts';
import { isDeleting } from './pods.ts';

const namespaced = definitions.filter((definition) => definition.namespaced && !definition.view);

/** Gives new namespaces their service account, and empties those that are deleted until they are gone. */
export class NamespaceController implements Controller {
  readonly name = 'namespace';
  readonly #context: ApiContext;
  readonly #caPem: string;

  constructor(context: ApiContext, caPem: string) {
    this.#context = context;
    this.#caPem = caPem;
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    if (resource === 'namespaces' && type !== 'DELETED') {
      enqueue(object.metadata.name);
      return;
    }
    const { namespace } = object.metadata;
    if (type !== 'DELETED' || !namespace) return;
    const home = this.#context.store.get('namespaces', undefined, namespace);
    if (home && isDeleting(home)) enqueue(namespace);
  }

  reconcile(name: string): void {
    const namespace = this.#context.store.get('namespaces', undefined, name);
    if (!namespace) return;
    if (!isDeleting(namespace)) {
      this.#furnish(name);
      return;
    }
    let left = 0;
    for (const definition of namespaced) {
      for (const object of this.#context.store.list(definition.key, name)) {
        if (isDeleting(object)) left++;
        else if (!deleteObject(this.#context, definition, { namespace: name, name: object.metadata.name }).removed)
          left++;
      }
    }
    if (left === 0) this.#context.store.remove('namespaces', { ...namespace, spec: {} });
  }

  #furnish(namespace: string): void {
    const { store } = this.#context;
    if (!store.get('serviceaccounts', namespace, 'default')) {
      createTrusted(this.#context, 'serviceaccounts', { metadata: { name: 'default', namespace } });
    }
    if (!store.get('configmaps', namespace, 'kube-root-ca.crt')) {
      const data = { 'ca.crt': this.#caPem };
      createTrusted(this.#context, 'configmaps', { metadata: { name: 'kube-root-ca.crt', namespace }, data });
    }
  }
}
