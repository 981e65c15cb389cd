import { mergedValues, mergeKeyOf } from '../api/patch/merge-keys.ts';
import { apiVersionOf, definitions, type ResourceDefinition } from '../types/resources.ts';
import { fieldsOf, innerType, isModel, type TypeName } from '../types/schema.ts';
import { type Exchange, sendJson } from './exchange.ts';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

const plainTypes: Readonly<Record<string, object>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
  any: { type: 'object' },
  object: { type: 'object' },
};

const intOrString = { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };

/** Kinds of k8s.io/apimachinery that the models of every group share. */
const metaModels = new Set([
  'V1Condition',
  'V1LabelSelector',
  'V1LabelSelectorRequirement',
  'V1ManagedFieldsEntry',
  'V1ObjectMeta',
  'V1OwnerReference',
]);

/** The name that a real server gives a model of this group; `kubectl explain` shows its last part as the type. */
type SchemaName = (model: string) => string;

/** Other groups use models of the core group, never the other way round. */
function schemaNames(group: string): SchemaName {
  const core = new Set<string>();
  for (const definition of definitions) if (!definition.group) closure(definition.model, core);
  return (model) => {
    const name = model.replace(/^[A-Z][a-z]*?V1|^V1/, '');
    if (metaModels.has(model)) return `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`;
    return `io.k8s.api.${core.has(model) ? 'core' : group.split('.')[0]}.v1.${name}`;
  };
}

function typeSchema(type: TypeName, format: string, nameOf: SchemaName): object {
  const plain = plainTypes[type];
  if (plain) return type === 'number' ? { type: format.startsWith('int') ? 'integer' : 'number', format } : plain;
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list) return { type: 'array', items: typeSchema(list, format, nameOf) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map) return { type: 'object', additionalProperties: typeSchema(map, format, nameOf) };
  return { allOf: [{ $ref: `#/components/schemas/${nameOf(type)}` }], default: {} };
}

function mergeHints(field: string, type: TypeName, kind: string): object {
  if (!type.startsWith('Array<')) return {};
  if (mergedValues.has(field)) return { 'x-kubernetes-patch-strategy': 'merge' };
  const key = mergeKeyOf(field, kind);
  return key && isModel(innerType(type))
    ? { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': key }
    : {};
}

function modelSchema(model: string, kind: string, nameOf: SchemaName): object {
  const properties: Record<string, object> = {};
  for (const [field, { type, format }] of fieldsOf(model)) {
    properties[field] = { ...typeSchema(type, format, nameOf), ...mergeHints(field, type, kind) };
  }
  return { type: 'object', properties };
}

function closure(model: string, into: Set<string>): void {
  if (into.has(model)) return;
  into.add(model);
  for (const { type } of fieldsOf(model).values()) {
    const inner = innerType(type);
    if (isModel(inner)) closure(inner, into);
  }
}

function schemasOf(list: readonly ResourceDefinition[], nameOf: SchemaName): object {
  const schemas: Record<string, object> = { 'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrString };
  for (const definition of list) {
    const models = new Set<string>();
    closure(definition.model, models);
    for (const model of models) schemas[nameOf(model)] = modelSchema(model, definition.kind, nameOf);
  }
  for (const { model, group, version, kind } of list) {
    const gvk = { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
    schemas[nameOf(model)] = { ...schemas[nameOf(model)], ...gvk };
  }
  return schemas;
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}));

/** kubectl looks at the PATCH operation of a kind to learn whether the server takes dryRun and fieldValidation. */
function pathsOf(list: readonly ResourceDefinition[]): object {
  return Object.fromEntries(
    list.map(({ group, version, kind, resource, namespaced }) => {
      const root = `/api${group ? 's' : ''}/${apiVersionOf({ group, version })}`;
      const gvk = { 'x-kubernetes-group-version-kind': { group, version, kind } };
      const operation = { parameters: writeParameters, responses: { 200: { description: 'OK' } }, ...gvk };
      const path = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${resource}/{name}`;
      return [path, { patch: { ...operation, 'x-kubernetes-action': 'patch' } }];
    }),
  );
}

/** Answers `/openapi/v3` and the documents below it. Gives false for others, `/openapi/v2` among them. */
export function openApiPaths(exchange: Exchange, path: string, groupVersions: readonly GroupVersion[]): boolean {
  const key = (item: GroupVersion) => `${item.group ? 'apis' : 'api'}/${apiVersionOf(item)}`;
  if (path === '/openapi/v3') {
    const paths = groupVersions.map((item) => [key(item), { serverRelativeURL: `/openapi/v3/${key(item)}` }]);
    sendJson(exchange, 200, { paths: Object.fromEntries(paths) });
    return true;
  }
  const found = groupVersions.find((item) => path === `/openapi/v3/${key(item)}`);
  if (!found) return false;
  const list = definitions.filter(({ group, version }) => group === found.group && version === found.version);
  const info = { title: 'Kubernetes', version: 'unversioned' };
  const components = { schemas: schemasOf(list, schemaNames(found.group)) };
  sendJson(exchange, 200, { openapi: '3.0.0', info, paths: pathsOf(list), components });
  return true;
}
