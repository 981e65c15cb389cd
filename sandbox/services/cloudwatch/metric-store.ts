import type { LogStore } from '../logs/log-store.ts';

export interface Dimension {
  readonly Name?: string;
  readonly Value?: string;
}

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

interface Sample {
  readonly at: number;
  readonly value: number;
  readonly count: number;
  readonly unit: string;
}

interface Metric extends MetricId {
  /** In the order of their times. */
  readonly samples: Sample[];
}

/** Values of one period, for statistics. */
export type Values = readonly { readonly value: number; readonly count: number }[];

/** Metrics that were put, and those that functions write into their logs in the embedded metric format. */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>();

  constructor(logs: LogStore) {
    logs.listen((_group, event) => this.#embedded(event.message, event.timestamp));
  }

  put(metric: MetricId, at: number, value: number, count = 1, unit = 'None'): void {
    const key = keyOf(metric);
    const known: Metric = this.#metrics.get(key) ?? { ...metric, samples: [] };
    const late = (known.samples.at(-1)?.at ?? at) > at;
    known.samples.push({ at, value, count, unit });
    if (late) known.samples.sort((left, right) => left.at - right.at);
    this.#metrics.set(key, known);
  }

  all(): readonly MetricId[] {
    return [...this.#metrics.values()];
  }

  /** Values from `start` to before `end`, by the start of their period, oldest first. */
  periods(metric: MetricId, start: number, end: number, periodMs: number): ReadonlyMap<number, Values> {
    const result = new Map<number, Sample[]>();
    const samples = this.#metrics.get(keyOf(metric))?.samples ?? [];
    for (let index = firstFrom(samples, start); index < samples.length; index++) {
      const sample = samples[index] as Sample;
      if (sample.at >= end) break;
      const period = Math.floor(sample.at / periodMs) * periodMs;
      const others = result.get(period);
      if (others) others.push(sample);
      else result.set(period, [sample]);
    }
    return result;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  #embedded(message: string, at: number): void {
    if (!message.includes('"CloudWatchMetrics"')) return;
    let record: unknown;
    try {
      record = JSON.parse(message);
    } catch {
      return;
    }
    if (typeof record !== 'object' || record === null) return;
    const values = record as Record<string, unknown> & {
      _aws?: { Timestamp?: number; CloudWatchMetrics?: Directive[] };
    };
    for (const directive of values._aws?.CloudWatchMetrics ?? [])
      this.#directive(directive, values, values._aws?.Timestamp ?? at);
  }

  #directive(directive: Directive, values: Readonly<Record<string, unknown>>, at: number): void {
    const sets = directive.Dimensions?.length ? directive.Dimensions : [[]];
    for (const set of sets) {
      const dimensions = set.map((name) => ({ Name: name, Value: String(values[name]) }));
      for (const { Name, Unit } of directive.Metrics ?? []) {
        const value = values[Name];
        const numbers = (Array.isArray(value) ? value : [value]).filter(
          (item): item is number => typeof item === 'number',
        );
        for (const number of numbers)
          this.put({ namespace: directive.Namespace, name: Name, dimensions }, at, number, 1, Unit);
      }
    }
  }
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics?: readonly { readonly Name: string; readonly Unit?: string }[];
}

/** The place of the first sample that is not before a time. */
function firstFrom(samples: readonly Sample[], time: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle] as Sample).at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return JSON.stringify([namespace, name, ...sorted]);
}
