import { expect, it } from '@jest/globals';
import * as models from '@kubernetes/client-node/dist/gen/models/ObjectSerializer.js';

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

type Model = { readonly getAttributeTypeMap?: () => readonly Attribute[] } | undefined;

/** The bodies of the writes in shared/kubernetes; patches have no model. */
const sent = ['CoreV1Event', 'V1DeleteOptions', 'V1Eviction', 'V1SelfSubjectRulesReview'];

/** A model and all that it is made of, with their fields. */
function fieldsOf(type: string, seen = new Map<string, readonly Attribute[]>()): Map<string, readonly Attribute[]> {
  const name = type.replace(/^(Array<|\{ \[key: string\]: )/, '').replace(/(>|; \})$/, '');
  const attributes = (models as unknown as Record<string, Model>)[name]?.getAttributeTypeMap?.();
  if (!attributes || seen.has(name)) return seen;
  seen.set(name, attributes);
  for (const attribute of attributes) fieldsOf(attribute.type, seen);
  return seen;
}

// Bundles leave the models out (infra/bundle.ts): a field goes out under the name that it has in the body.
it.each(sent)('%s has no field whose name in client-node is another than in the API', (type) => {
  const fields = fieldsOf(type);
  expect(fields.get(type)).not.toBeUndefined();
  const renamed = [...fields].flatMap(([model, attributes]) =>
    attributes.filter(({ name, baseName }) => name !== baseName).map(({ name }) => `${model}.${name}`),
  );
  expect(renamed).toEqual([]);
});
