import type { StringMap } from './objects.ts';
import type { IntOrString } from './workload-objects.ts';

const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity such as `250m` or `16Gi` stands for; `undefined` when it is none. */
export function quantity(text: string | number | undefined): number | undefined {
  if (typeof text === 'number') return text;
  const match = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text ?? '');
  if (!match) return undefined;
  return Number(match[1]) * 10 ** Number(match[2] ?? 0) * (suffixes[match[3] ?? ''] ?? 1);
}

/** One resource of a resource list, 0 when it is not named. */
export function amount(list: StringMap | undefined, resource: string): number {
  return quantity(list?.[resource]) ?? 0;
}

/**
 * A number of pods from a number or a percentage of `total`.
 * Source: k8s.io/apimachinery/pkg/util/intstr, GetScaledValueFromIntOrPercent.
 */
export function scaled(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  const match = /^([0-9]+)%$/.exec(value);
  if (!match) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  const exact = (Number(match[1]) * total) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}
