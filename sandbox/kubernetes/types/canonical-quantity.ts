/** All rules here: k8s.io/apimachinery/pkg/api/resource/quantity.go, ParseQuantity and CanonicalizeBytes. */
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const nano = 9;

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const words = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
};

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly scientific: boolean;
}

function suffixOf(text: string): Suffix {
  const scientific = /^[eE]([-+]?[0-9]+)$/.exec(text)?.[1];
  if (scientific) return { base: 10, exponent: Number(scientific), scientific: true };
  const place = decimal.indexOf(text);
  if (place >= 0) return { base: 10, exponent: (place - 3) * 3, scientific: false };
  const power = binary.indexOf(text);
  if (power < 0) throw new QuantityError(words.suffix);
  return { base: 2, exponent: power * 10, scientific: false };
}

function inBinary(units: bigint): string {
  let [rest, power] = [units, 0];
  while (rest % 1024n === 0n && power < binary.length - 1) [rest, power] = [rest / 1024n, power + 1];
  return `${rest}${binary[power]}`;
}

function inDecimal(nanos: bigint, scientific: boolean): string {
  let [rest, exponent] = [nanos, -nano];
  while (rest % 1000n === 0n && (scientific || exponent < 18)) [rest, exponent] = [rest / 1000n, exponent + 3];
  if (exponent === 0) return String(rest);
  return scientific ? `${rest}e${exponent}` : `${rest}${decimal[exponent / 3 + 3]}`;
}

/** Whether Go keeps the text as it came, although another might be shorter. */
function isKept({ base, exponent }: Suffix, whole: string, fraction: string): boolean {
  const digits = whole + fraction;
  if (base === 2) return fraction === '' && BigInt(digits) % 8n !== 0n;
  const scale = exponent - fraction.length;
  return scale % 3 === 0 && scale >= -nano && !digits.endsWith('000') && !digits.startsWith('0');
}

function nanosOf({ base, exponent }: Suffix, digits: bigint, places: number): bigint {
  const value = base === 2 ? digits * 2n ** BigInt(exponent) : digits;
  const shift = nano - places + (base === 10 ? exponent : 0);
  if (shift >= 0) return value * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  // Too small an amount is still some: it is rounded up.
  return (value + divisor - 1n) / divisor;
}

/**
 * A quantity as the server writes it: `1` for the number 1, `500m` for 0.5, `1Gi` for `1024Mi`.
 *
 * @throws QuantityError in the words of the server
 */
export function canonicalQuantity(given: string | number): string {
  const text = String(given).trim();
  const match = /^([+-]?)([0-9]*)\.?([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  const [, sign, whole = '', fraction = '', written = ''] = match ?? [];
  if (!match || whole + fraction === '') throw new QuantityError(words.format);
  const suffix = suffixOf(written);
  if (isKept(suffix, whole, fraction)) return text;
  const nanos = nanosOf(suffix, BigInt(whole + fraction), fraction.length);
  if (nanos === 0n) return '0';
  const units = nanos / 10n ** BigInt(nano);
  const asBinary = suffix.base === 2 && units >= 1024n && nanos % 10n ** BigInt(nano) === 0n;
  return `${sign === '-' ? '-' : ''}${asBinary ? inBinary(units) : inDecimal(nanos, suffix.scientific)}`;
}
