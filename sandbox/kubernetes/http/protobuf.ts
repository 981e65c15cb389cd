import { timestamp } from '../api/context.ts';
import { type GoField, goFields, goStruct } from '../types/go-types.ts';
import { badRequest, StatusError } from '../types/status.ts';

type Wire = { readonly field: number; readonly value: number | Buffer };

/** Numbers are 64 bits, negative ones in two's complement. */
function varint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0n;
  for (let place = 0; ; place++) {
    const byte = bytes[at + place];
    if (byte === undefined) throw badRequest('the protobuf body ends too early');
    value += BigInt(byte & 127) << BigInt(7 * place);
    if (byte < 128) return { value: Number(BigInt.asIntN(64, value)), next: at + place + 1 };
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

/** The last value of each field, by number. */
function plainFields(bytes: Buffer): Map<number, number | Buffer> {
  return new Map([...wire(bytes)].map(({ field, value }) => [field, value]));
}

/** Seconds and nanoseconds; an empty message is the zero time, which JSON has as null. */
function timeOf(bytes: Buffer, micro: boolean): string | null {
  const [seconds, nanoseconds = 0] = [plainFields(bytes).get(1), plainFields(bytes).get(2)];
  if (typeof seconds !== 'number') return null;
  const whole = timestamp(seconds * 1000);
  if (!micro) return whole;
  return whole.replace('Z', `.${String(Math.floor(Number(nanoseconds) / 1000)).padStart(6, '0')}Z`);
}

/** Structs that write themselves. Source: generated.proto of k8s.io/apimachinery, api/resource, util/intstr and runtime. */
const own: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  string: (bytes) => bytes.toString(),
  bytes: (bytes) => bytes.toString('base64'),
  Time: (bytes) => timeOf(bytes, false),
  MicroTime: (bytes) => timeOf(bytes, true),
  Quantity: (bytes) => plainFields(bytes).get(1)?.toString() ?? '0',
  IntOrString: (bytes) => {
    const fields = plainFields(bytes);
    return fields.get(1) === 1 ? (fields.get(3)?.toString() ?? '') : (fields.get(2) ?? 0);
  },
  RawExtension: (bytes) => JSON.parse(plainFields(bytes).get(1)?.toString() || 'null'),
  FieldsV1: (bytes) => JSON.parse(plainFields(bytes).get(1)?.toString() || '{}'),
};

function read(value: number | Buffer, type: string): unknown {
  if (typeof value === 'number') return type === 'bool' ? value !== 0 : value;
  return own[type]?.(value) ?? (type in own ? null : decodeStruct(value, type));
}

function entryOf(bytes: Buffer, type: string): object {
  const entry = plainFields(bytes);
  const value = entry.get(2) ?? Buffer.alloc(0);
  return { [entry.get(1)?.toString() ?? '']: read(value, type) };
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false || value === null;
}

function decodeField(before: unknown, value: number | Buffer, type: string): unknown {
  const list = /^(.*)\[\]$/.exec(type)?.[1];
  if (list) return [...((before as unknown[] | undefined) ?? []), read(value, list)];
  const map = /^\{(.*)\}$/.exec(type)?.[1];
  return map ? { ...(before as object | undefined), ...entryOf(value as Buffer, map) } : read(value, type);
}

/** A message as the JSON that Go would write of the same struct. Fields that are not known are skipped, as Go does. */
function decodeStruct(bytes: Buffer, struct: string): Record<string, unknown> {
  const fields = new Map((goFields(struct) ?? []).map((field) => [field.number, field]));
  const result: Record<string, unknown> = {};
  for (const { field: number, value } of wire(bytes)) {
    const field = fields.get(number);
    if (!field) continue;
    if (field.name === '+') Object.assign(result, read(value, field.type));
    else setField(result, field, decodeField(result[field.name], value, field.type));
  }
  return result;
}

function setField(result: Record<string, unknown>, { name, omitsZero }: GoField, value: unknown): void {
  if (!(omitsZero && isZero(value))) result[name] = value;
}

/** The first bytes of every protobuf body: k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go. */
const magic = Buffer.from('k8s\0');

/** Reads a protobuf body, as kubectl's typed clients send it. Throws 415 for kinds that are not served, 400 for garbage. */
export function decodeProtobuf(body: Buffer): object {
  if (!body.subarray(0, 4).equals(magic)) throw badRequest('provided data does not appear to be a protobuf message');
  // runtime.Unknown: typeMeta, raw.
  const envelope = plainFields(body.subarray(4));
  const [typeMeta, raw] = [1, 2].map((field) => envelope.get(field));
  const names = plainFields(Buffer.isBuffer(typeMeta) ? typeMeta : Buffer.alloc(0));
  const [apiVersion = '', kind = ''] = [names.get(1)?.toString(), names.get(2)?.toString()];
  const struct = goStruct(apiVersion, kind);
  if (!goFields(struct)) {
    const message = `the sandbox does not read objects of kind ${kind} from protobuf; send application/json`;
    throw new StatusError(415, 'UnsupportedMediaType', message);
  }
  return { apiVersion, kind, ...decodeStruct(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0), struct) };
}
