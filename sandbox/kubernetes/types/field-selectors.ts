import type { EventObject, Service } from './cluster-objects.ts';
import type { ResourceKey } from './kinds.ts';
import type { KubeObject, Namespace, Node, Pod } from './objects.ts';
import { type FieldTerm, parseFieldSelector } from './selectors.ts';
import { badRequest } from './status.ts';
import type { Job } from './workload-objects.ts';

export type FieldReaders = Readonly<Record<string, (object: KubeObject) => string>>;

function text(value: string | number | boolean | null | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}

function involved(field: keyof EventObject['involvedObject']): (object: KubeObject) => string {
  return (object) => text((object as EventObject).involvedObject[field]);
}

/** Source: pkg/apis/core/v1/conversion.go (AddFieldLabelConversionsFor…) and pkg/apis/batch/v1/conversion.go. */
const readers: Partial<Record<ResourceKey, FieldReaders>> = {
  pods: {
    'spec.nodeName': (pod) => text((pod as Pod).spec.nodeName),
    'spec.restartPolicy': (pod) => text((pod as Pod).spec.restartPolicy),
    'spec.schedulerName': (pod) => text((pod as Pod).spec.schedulerName),
    'spec.serviceAccountName': (pod) =>
      text((pod as Pod & { spec: { serviceAccountName?: string } }).spec.serviceAccountName),
    'spec.hostNetwork': (pod) => text((pod as Pod & { spec: { hostNetwork?: boolean } }).spec.hostNetwork ?? false),
    'status.phase': (pod) => text((pod as Pod).status.phase),
    'status.podIP': (pod) => text((pod as Pod).status.podIP),
    'status.nominatedNodeName': (pod) => text((pod as Pod).status.nominatedNodeName),
  },
  nodes: { 'spec.unschedulable': (node) => text((node as Node).spec.unschedulable ?? false) },
  namespaces: { 'status.phase': (namespace) => text((namespace as Namespace).status?.phase) },
  services: {
    'spec.clusterIP': (service) => text((service as Service).spec.clusterIP),
    'spec.type': (service) => text((service as Service).spec.type),
  },
  'jobs.batch': { 'status.successful': (job) => text((job as Job).status?.succeeded ?? 0) },
  events: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (event) => text((event as EventObject).reason),
    reportingComponent: (event) => text((event as EventObject).reportingComponent),
    source: (event) => text((event as EventObject).source?.component || (event as EventObject).reportingComponent),
    type: (event) => text((event as EventObject).type),
  },
};

/** The field selectors that a resource has besides those of every resource. */
export function definedFields(key: ResourceKey): FieldReaders {
  return readers[key] ?? {};
}

function read(object: KubeObject, term: FieldTerm, fields: FieldReaders): string {
  if (term.field === 'metadata.name') return object.metadata.name;
  if (term.field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return fields[term.field]?.(object) ?? '';
}

function refuseUnknown(term: FieldTerm, fields: FieldReaders): void {
  if (term.field === 'metadata.name' || term.field === 'metadata.namespace' || fields[term.field]) return;
  if (Object.keys(fields).length > 0) throw badRequest(`field label not supported: ${term.field}`);
  // Source: k8s.io/apimachinery/pkg/runtime/conversion.go, DefaultMetaV1FieldSelectorConversion.
  throw badRequest(`"${term.field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

export interface FieldMatcher {
  matches(object: KubeObject): boolean;
  /** The value that a field must have, when the selector says so; lets a list use an index. */
  required(field: string): string | undefined;
}

/** Compiles the `fieldSelector` parameter for a resource. Throws a 400 `StatusError` for a field it does not support. */
export function fieldMatcher(selector: string, fields: FieldReaders): FieldMatcher {
  const terms = parseFieldSelector(selector);
  for (const term of terms) refuseUnknown(term, fields);
  return {
    matches: (object) => terms.every((term) => (read(object, term, fields) === term.value) === term.equal),
    required: (field) => terms.find((term) => term.equal && term.field === field)?.value,
  };
}
