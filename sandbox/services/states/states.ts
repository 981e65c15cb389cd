import { type Part, part } from '../../part.ts';
import { Engines, type StatesParts, type TransitionListener } from './engines.ts';
import type { Execution } from './execution.ts';
import { statesService } from './service.ts';

export interface States extends Part {
  onTransition(listener: TransitionListener): void;
  /** Every execution that Step Functions remembers, oldest first. */
  executions(): readonly Execution[];
  /** Executions that have not ended. */
  openExecutions(): number;
  /** State transitions of an execution, as they are billed: states entered and attempts after the first. */
  transitions(executionArn: string): number;
  close(): void;
}

/** Step Functions on the sandbox's clock. */
export function createStates(parts: StatesParts): States {
  const engines = new Engines(parts);
  const openExecutions = () => [...engines.executions.values()].filter(({ status }) => status === 'RUNNING').length;
  return {
    ...part([statesService(engines)], { settled: () => openExecutions() === 0 }),
    close: () => engines.close(),
    onTransition: (listener) => void engines.listeners.push(listener),
    executions: () => [...engines.executions.values()],
    openExecutions,
    transitions: (arn) => engines.execution(arn).transitions,
  };
}
