import { isDeepStrictEqual } from 'node:util';
import type { Executions } from '../../shared/aws/executions.ts';
import { ApiThrottledError } from '../../shared/runtime/errors.ts';

export interface FakeExecutions extends Executions {
  /** Names of those that run. */
  readonly running: Set<string>;
  redrivenAt: number | undefined;
  readonly started: { readonly machine: string; readonly name: string; readonly input: Record<string, unknown> }[];
  /** Names that were looked at. */
  readonly asked: string[];
  /** Are starts throttled? */
  failStart: boolean;
}

/** Executions in memory; what is started runs until it is taken out of `running`. */
export function fakeExecutions(): FakeExecutions {
  const fake: FakeExecutions = {
    running: new Set(),
    redrivenAt: undefined,
    started: [],
    asked: [],
    failStart: false,
    async start(machine, name, input) {
      if (fake.failStart) throw new ApiThrottledError('slow down');
      const known = fake.started.find((other) => other.machine === machine && other.name === name);
      // The same name with the same input, while it runs, is the same execution (StartExecution API reference).
      if (known) return fake.running.has(name) && isDeepStrictEqual(known.input, input) ? 'Started' : 'Exists';
      fake.started.push({ machine, name, input: input as Record<string, unknown> });
      fake.running.add(name);
      return 'Started';
    },
    async look(_, name) {
      fake.asked.push(name);
      return { running: fake.running.has(name), redrivenAt: fake.redrivenAt };
    },
  };
  return fake;
}
