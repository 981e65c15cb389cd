/** Numbers in [0, 1) that depend on the seed alone, so that a run can be repeated. Algorithm: mulberry32 (public domain). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A lower-case hexadecimal string of `length` digits. */
export function hex(random: Random, length: number): string {
  let digits = '';
  while (digits.length < length) digits += '0123456789abcdef'.charAt(Math.floor(random() * 16));
  return digits;
}

/** An identifier in the form of a UUID of version 4. */
export function uuid(random: Random): string {
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${variant}${hex(random, 3)}-${hex(random, 12)}`;
}

/** A stream of its own for each name: what one draws never changes another. Hash: FNV-1a. */
export function namedRandom(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return seededRandom(hash);
}
