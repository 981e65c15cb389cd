import { docsOf } from '../types/model-docs.ts';
import { apiVersionOf, definitions, type ResourceDefinition, structOf } from '../types/resources.ts';
import { fieldsOf, innerModel, type Model, type TypeName } from '../types/schema.ts';
import { type Exchange, sendJson, sendText } from './exchange.ts';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

type Schema = Readonly<Record<string, unknown>>;
type Schemas = Record<string, Schema>;

const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

const plainTypes: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  Bytes: { type: 'string', format: 'byte' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: reference(intOrString),
  Quantity: reference(quantity),
  any: { type: 'object' },
  object: { type: 'object' },
};

const shared: Schemas = {
  [intOrString]: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  [quantity]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
};

/** The name that a real server gives a Go struct; `kubectl explain` shows its last part as the type. */
function schemaName(struct: string): string {
  const name = struct.replace('/', '.');
  return name.startsWith('meta.') ? `io.k8s.apimachinery.pkg.apis.${name}` : `io.k8s.api.${name}`;
}

function typeSchema(type: TypeName, format: string, struct: string): Schema {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list) return { type: 'array', items: typeSchema(list, format, struct) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map) return { type: 'object', additionalProperties: typeSchema(map, format, struct) };
  if (type === 'number') return { type: format.startsWith('int') ? 'integer' : 'number', format };
  return plainTypes[type] ?? { allOf: [reference(schemaName(struct))], default: {} };
}

function modelSchema(model: string): Schema {
  const docs = docsOf(model);
  const properties: Record<string, Schema> = {};
  for (const [name, field] of fieldsOf(model)) {
    const { values = [], patchStrategy, mergeKey } = field.go ?? {};
    const description = docs.fields.get(name)?.description;
    properties[name] = {
      ...(description ? { description } : {}),
      ...typeSchema(field.type, field.format, innerModel(field)?.struct ?? ''),
      ...(values.length > 0 && field.type === 'string' ? { enum: values } : {}),
      ...(patchStrategy ? { 'x-kubernetes-patch-strategy': patchStrategy } : {}),
      ...(mergeKey ? { 'x-kubernetes-patch-merge-key': mergeKey } : {}),
    };
  }
  const required = [...docs.fields].flatMap(([name, field]) => (field.required ? [name] : []));
  return {
    description: docs.description,
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

function collect({ model, struct }: Model, into: Schemas): void {
  const name = schemaName(struct);
  if (into[name]) return;
  into[name] = modelSchema(model);
  for (const field of fieldsOf(model).values()) {
    const inner = innerModel(field);
    if (inner) collect(inner, into);
  }
}

function schemasOf(list: readonly ResourceDefinition[]): Schemas {
  const schemas = { ...shared };
  for (const definition of list) collect({ model: definition.model, struct: structOf(definition) }, schemas);
  for (const definition of list) {
    const { group, version, kind } = definition;
    const name = schemaName(structOf(definition));
    schemas[name] = { ...schemas[name], 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
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

const info = { title: 'Kubernetes', version: 'unversioned' };

/** A v2 document without definitions, as protobuf: `swagger: "2.0"`. kubectl reads it for kinds that v3 does not have. */
const emptyV2 = '\n\u00032.0';
const protobufV2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The same schemas as in v3, in the older form. */
function sendV2(exchange: Exchange): void {
  if (exchange.request.headers.accept?.includes('protobuf')) {
    sendText(exchange, 200, emptyV2, protobufV2);
    return;
  }
  const text = JSON.stringify(schemasOf(definitions)).replaceAll('#/components/schemas/', '#/definitions/');
  sendJson(exchange, 200, { swagger: '2.0', info, paths: pathsOf(definitions), definitions: JSON.parse(text) });
}

/** Answers `/openapi/v2`, `/openapi/v3` and the documents below it. Gives false for others. */
export function openApiPaths(exchange: Exchange, path: string, groupVersions: readonly GroupVersion[]): boolean {
  const key = (item: GroupVersion) => `${item.group ? 'apis' : 'api'}/${apiVersionOf(item)}`;
  if (path === '/openapi/v2') {
    sendV2(exchange);
    return true;
  }
  if (path === '/openapi/v3') {
    const paths = groupVersions.map((item) => [key(item), { serverRelativeURL: `/openapi/v3/${key(item)}` }]);
    sendJson(exchange, 200, { paths: Object.fromEntries(paths) });
    return true;
  }
  const found = groupVersions.find((item) => path === `/openapi/v3/${key(item)}`);
  if (!found) return false;
  const list = definitions.filter(({ group, version }) => group === found.group && version === found.version);
  sendJson(exchange, 200, { openapi: '3.0.0', info, paths: pathsOf(list), components: { schemas: schemasOf(list) } });
  return true;
}
