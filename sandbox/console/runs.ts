import type { Execution } from '../services/states/execution.ts';
import type { Nodes } from './nodes.ts';

/** What an execution's input may say about what it works on. */
interface Input {
  readonly cluster?: string;
  readonly instances?: readonly string[];
  readonly nodes?: readonly string[];
  /** The name of the execution after which it tidies up. */
  readonly of?: string;
}

/** An execution as a person speaks of it: by its nodes, not by its id. */
export interface Run {
  readonly execution: Execution;
  readonly name: string;
  readonly instances: readonly string[];
  /** As its outcome events tell. */
  workflow: string | undefined;
}

/** All executions since the sandbox began. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #nodes: Nodes;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** The run of an execution; the first look gives it its name. */
  of(execution: Execution): Run {
    const known = this.#runs.get(execution.arn);
    if (known) return known;
    const input = execution.inputValue as Input;
    const { instances = [], nodes = [] } = input;
    const run: Run = {
      execution,
      name: this.#nameOf(execution, input),
      instances: [...instances, ...nodes.flatMap((node) => this.#nodes.instanceOf(node) ?? [])],
      workflow: undefined,
    };
    this.#runs.set(execution.arn, run);
    return run;
  }

  byArn(arn: string): Run | undefined {
    return this.#runs.get(arn);
  }

  byExecutionName(name: string): Run | undefined {
    return [...this.#runs.values()].find(({ execution }) => execution.name === name);
  }

  /** Those that have not ended. */
  open(): Run[] {
    return [...this.#runs.values()].filter(({ execution }) => execution.status === 'RUNNING');
  }

  #nameOf(execution: Execution, { cluster, instances = [], nodes = [], of }: Input): string {
    if (of !== undefined) return `clean-up after ${this.byExecutionName(of)?.name ?? of}`;
    const [first, ...more] = [...nodes, ...instances.map((instance) => this.#nodes.nodeOf(instance) ?? instance)];
    if (first === undefined) return cluster ?? execution.name;
    return more.length === 0 ? first : `${first} and ${more.length} more`;
  }
}
