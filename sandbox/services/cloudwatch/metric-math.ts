import { notImplemented } from '../../aws/contract.ts';

/** A metric of a sum, and what stands for its missing data points. */
export interface Term {
  readonly id: string;
  readonly fill: number | undefined;
}

/** Values by the start of their period. */
export type Series = ReadonlyMap<number, number>;

const term = /^(?:FILL\(\s*([a-z]\w*)\s*,\s*(-?\d+(?:\.\d+)?)\s*\)|([a-z]\w*))$/;

/**
 * The metrics of an expression that is a sum of metrics, such as `m0 + FILL(m1, 0)`.
 *
 * @throws AwsError for every other expression, by its text
 */
export function sumOf(expression: string): readonly Term[] {
  return expression.split('+').map((part) => {
    const found = term.exec(part.trim());
    if (!found) throw notImplemented(`the metric expression '${expression}'`);
    const [, filled, fill, plain] = found;
    return { id: filled ?? plain ?? '', fill: fill === undefined ? undefined : Number(fill) };
  });
}

/**
 * Adds metrics period by period. A period in which one of them has no data point and no filling has no sum: what people see on AWS is that one
 * quiet metric leaves the whole sum without data (https://github.com/binbashar/le-tf-infra-aws/pull/1102 among others; one team,
 * https://github.com/compiler-explorer/infra/pull/1661, saw 0 instead). An alarm that shall hear every metric fills each.
 *
 * @param periods the starts of all periods that are asked for
 */
export function add(terms: readonly Term[], series: ReadonlyMap<string, Series>, periods: readonly number[]): Series {
  const sums = periods.flatMap((at) => {
    const values = terms.map(({ id, fill }) => series.get(id)?.get(at) ?? fill);
    const known = values.filter((value) => value !== undefined);
    return known.length < values.length ? [] : [[at, known.reduce((sum, value) => sum + value, 0)] as const];
  });
  return new Map(sums);
}
