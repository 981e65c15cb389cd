import { createHash } from 'node:crypto';
import type { SandboxClock } from '../../clock.ts';
import { type Random, seededRandom, uuid } from '../../random.ts';

interface Focus {
  readonly environment: { lookup(name: string): { implementation(...values: unknown[]): unknown } };
}

/** A function as jsonata itself binds one; `this` is the place of the call. */
interface NativeFunction {
  readonly _jsonata_function: true;
  implementation(this: Focus, ...values: never[]): unknown;
}

const native = (implementation: (this: Focus, ...values: never[]) => unknown): NativeFunction => ({
  _jsonata_function: true,
  implementation,
});

/** An error in the form of jsonata's own. */
function refuse(code: string, message: string): never {
  throw Object.assign(new Error(message), { code });
}

const digests: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/**
 * What Step Functions adds to JSONata, and what it takes away:
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. Time and chance come from the sandbox.
 */
export function queryFunctions(clock: SandboxClock, random: Random): Readonly<Record<string, unknown>> {
  return {
    partition: native((list: unknown, size: number) => (list === undefined ? undefined : partition(list, size))),
    range: native((first: number, last: number, step: number) => sequence(range(first, last, step))),
    hash: native((text: string, algorithm: string) => (text === undefined ? undefined : hash(text, algorithm))),
    random: native((seed?: number) => (seed === undefined ? random() : seededRandom(seed)())),
    uuid: native(() => uuid(random)),
    parse: native((text: string) => (text === undefined ? undefined : parse(text))),
    shuffle: native((list: unknown) => (Array.isArray(list) ? shuffled(list, random) : list)),
    millis: native(() => clock.now()),
    now: native(function (this: Focus, picture?: string, zone?: string) {
      return this.environment.lookup('fromMillis').implementation(clock.now(), picture, zone);
    }),
    // "Step Functions doesn't support $eval" (same page); jsonata then says that it is not a function.
    eval: undefined,
  };
}

/**
 * What jsonata takes for a sequence, of which one item stands for itself: `$range(1, 9, 9)` is `1`, while `$partition([0], 1)` is `[[0]]`
 * (measured on AWS: localstack/localstack, v2/intrinsic_functions/test_array_jsonata.snapshot.json).
 */
function sequence<Item>(items: Item[]): Item[] {
  return Object.defineProperty(items, 'sequence', { value: true });
}

function partition(list: unknown, size: number): unknown[][] {
  const values = Array.isArray(list) ? (list as unknown[]) : [list];
  if (!Number.isInteger(size) || size < 1) refuse('T0410', 'Argument 2 of function "partition" must be positive');
  return Array.from({ length: Math.ceil(values.length / size) }, (_, part) =>
    values.slice(part * size, part * size + size),
  );
}

function range(first: number, last: number, step: number): number[] {
  for (const value of [first, last, step])
    if (typeof value !== 'number') refuse('T0410', 'The arguments of function "range" must be numbers');
  if (step === 0) refuse('T0410', 'Argument 3 of function "range" must not be zero');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  // A million items would exceed any payload limit many times.
  if (length > 1_000_000) refuse('D2014', 'The size of the sequence allocated by "range" is too large');
  return Array.from({ length }, (_, index) => first + index * step);
}

function hash(text: string, algorithm: string): string {
  const name = digests[algorithm];
  if (!name) refuse('T0410', `Argument 2 of function "hash" must be one of ${Object.keys(digests).join(', ')}`);
  return createHash(name).update(text).digest('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return refuse('T0410', 'Argument 1 of function "parse" is not JSON');
  }
}

function shuffled(list: readonly unknown[], random: Random): unknown[] {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}
