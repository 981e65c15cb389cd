import { timestamp } from '../api/context.ts';
import { badRequest, StatusError } from '../types/status.ts';

/** How a field is read: a scalar, a map of strings, or a message by its name; `[]` behind it for repeated fields. */
type FieldType = string;

type Message = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

/** Field numbers: generated.proto beside the types in k8s.io/api and k8s.io/apimachinery. */
const messages: Readonly<Record<string, Message>> = {
  ObjectMeta: {
    1: ['name', 'string'],
    2: ['generateName', 'string'],
    3: ['namespace', 'string'],
    5: ['uid', 'string'],
    6: ['resourceVersion', 'string'],
    11: ['labels', 'map'],
    12: ['annotations', 'map'],
    14: ['finalizers', 'string[]'],
  },
  Namespace: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'NamespaceSpec'] },
  NamespaceSpec: { 1: ['finalizers', 'string[]'] },
  ConfigMap: { 1: ['metadata', 'ObjectMeta'], 2: ['data', 'map'], 4: ['immutable', 'bool'] },
  ServiceAccount: { 1: ['metadata', 'ObjectMeta'], 4: ['automountServiceAccountToken', 'bool'] },
  Eviction: { 1: ['metadata', 'ObjectMeta'], 2: ['deleteOptions', 'DeleteOptions'] },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'number'],
    2: ['preconditions', 'Preconditions'],
    3: ['orphanDependents', 'bool'],
    4: ['propagationPolicy', 'string'],
    5: ['dryRun', 'string[]'],
  },
  Preconditions: { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] },
  SelfSubjectReview: { 1: ['metadata', 'ObjectMeta'] },
  SelfSubjectRulesReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'SelfSubjectRulesReviewSpec'] },
  SelfSubjectRulesReviewSpec: { 1: ['namespace', 'string'] },
  SelfSubjectAccessReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'AccessReviewSpec'] },
  SubjectAccessReview: { 1: ['metadata', 'ObjectMeta'], 2: ['spec', 'AccessReviewSpec'] },
  AccessReviewSpec: {
    1: ['resourceAttributes', 'ResourceAttributes'],
    2: ['nonResourceAttributes', 'NonResourceAttributes'],
    3: ['user', 'string'],
    4: ['groups', 'string[]'],
  },
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
  NonResourceAttributes: { 1: ['path', 'string'], 2: ['verb', 'string'] },
  Time: { 1: ['seconds', 'number'] },
  Unknown: {
    1: ['typeMeta', 'TypeMeta'],
    2: ['raw', 'bytes'],
    3: ['contentEncoding', 'string'],
    4: ['contentType', 'string'],
  },
  TypeMeta: { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] },
  MapEntry: { 1: ['key', 'string'], 2: ['value', 'string'] },
};

/** Fields of the server's own that clients send empty; they are skipped. Any other unknown field is refused. */
const skipped: Readonly<Record<string, ReadonlySet<number>>> = {
  ObjectMeta: new Set([4, 7, 8, 9, 10, 17]),
  Namespace: new Set([3]),
  SelfSubjectReview: new Set([2]),
  SelfSubjectRulesReview: new Set([3]),
  SelfSubjectAccessReview: new Set([3]),
  SubjectAccessReview: new Set([3]),
};

type Wire = { readonly field: number; readonly value: number | Buffer };

function varint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let place = 0, shift = 1; ; place++, shift *= 128) {
    const byte = bytes[at + place];
    if (byte === undefined) throw badRequest('the protobuf body ends too early');
    value += (byte & 127) * shift;
    if (byte < 128) return { value, next: at + place + 1 };
  }
}

function* wire(bytes: Buffer): Generator<Wire> {
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const field = Math.floor(tag.value / 8);
    const kind = tag.value % 8;
    const head = varint(bytes, tag.next);
    if (kind !== 0 && kind !== 2) throw badRequest(`the protobuf body has a field of wire type ${kind}`);
    at = kind === 0 ? head.next : head.next + head.value;
    if (at > bytes.length) throw badRequest('the protobuf body ends too early');
    yield { field, value: kind === 0 ? head.value : bytes.subarray(head.next, at) };
  }
}

function read(value: number | Buffer, type: FieldType): unknown {
  if (typeof value === 'number') return type === 'bool' ? value !== 0 : value;
  if (type === 'string') return value.toString();
  if (type === 'bytes') return value;
  if (type !== 'Time') return decodeMessage(value, type);
  const { seconds } = decodeMessage(value, 'Time') as { seconds?: number };
  return seconds === undefined ? null : timestamp(seconds * 1000);
}

function decodeMessage(bytes: Buffer, name: string): Record<string, unknown> {
  const message = messages[name] ?? {};
  const result: Record<string, unknown> = {};
  for (const { field, value } of wire(bytes)) {
    const known = message[field];
    if (!known && skipped[name]?.has(field)) continue;
    if (!known) throw unreadable(`the field ${field} of ${name}`);
    const [key, type] = known;
    if (type === 'map') {
      const entry = decodeMessage(value as Buffer, 'MapEntry');
      result[key] = { ...(result[key] as object | undefined), [String(entry['key'])]: entry['value'] ?? '' };
    } else if (type.endsWith('[]')) {
      result[key] = [...((result[key] as unknown[] | undefined) ?? []), read(value, type.slice(0, -2))];
    } else result[key] = read(value, type);
  }
  return result;
}

function unreadable(what: string): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the sandbox does not read ${what} from protobuf; send application/json`,
  );
}

/** The first bytes of every protobuf body: k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go. */
const magic = Buffer.from('k8s\0');

/** Reads a protobuf body of the kinds that kubectl creates through typed clients. Throws 415 for other kinds, 400 for garbage. */
export function decodeProtobuf(body: Buffer): object {
  if (!body.subarray(0, 4).equals(magic)) throw badRequest('provided data does not appear to be a protobuf message');
  const envelope = decodeMessage(body.subarray(4), 'Unknown');
  const { apiVersion, kind = '' } = (envelope['typeMeta'] ?? {}) as { apiVersion?: string; kind?: string };
  if (!(kind in messages)) throw unreadable(`objects of kind ${kind}`);
  const fields = decodeMessage((envelope['raw'] as Buffer | undefined) ?? Buffer.alloc(0), kind);
  return { apiVersion, kind, ...fields };
}
