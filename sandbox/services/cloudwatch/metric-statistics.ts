import { AwsError } from '../../aws/contract.ts';
import type { Values } from './metric-store.ts';

/** A statistic of a period's values; throws for one that the sandbox does not compute. */
export function statistic(name: string, values: Values): number {
  const count = values.reduce((sum, item) => sum + item.count, 0);
  const sum = values.reduce((total, item) => total + item.value * item.count, 0);
  if (name === 'SampleCount') return count;
  if (name === 'Sum') return sum;
  if (name === 'Average') return sum / count;
  if (name === 'Minimum') return Math.min(...values.map(({ value }) => value));
  if (name === 'Maximum') return Math.max(...values.map(({ value }) => value));
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(percent))
    throw new AwsError('NotImplementedInSandbox', `The sandbox does not compute the statistic '${name}'.`, 501);
  return percentile(values, percent / 100, count);
}

function percentile(values: Values, fraction: number, count: number): number {
  const sorted = [...values].sort((left, right) => left.value - right.value);
  let seen = 0;
  for (const { value, count: times } of sorted) {
    seen += times;
    if (seen >= fraction * count) return value;
  }
  return sorted.at(-1)?.value ?? 0;
}
