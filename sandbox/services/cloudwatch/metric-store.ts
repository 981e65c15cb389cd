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
    known.samples.push({ at, value, count, unit });
    this.#metrics.set(key, known);
  }

  all(): readonly MetricId[] {
    return [...this.#metrics.values()];
  }

  /** Values from `start` to before `end`, by the start of their period, oldest first. */
  periods(metric: MetricId, start: number, end: number, periodMs: number): ReadonlyMap<number, Values> {
    const result = new Map<number, Sample[]>();
    const samples = (this.#metrics.get(keyOf(metric))?.samples ?? []).filter(({ at }) => at >= start && at < end);
    for (const sample of samples.sort((left, right) => left.at - right.at)) {
      const period = Math.floor(sample.at / periodMs) * periodMs;
      result.set(period, [...(result.get(period) ?? []), sample]);
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

function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return JSON.stringify([namespace, name, ...sorted]);
}
