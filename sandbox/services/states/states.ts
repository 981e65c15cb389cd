import type { Service } from '../../aws/contract.ts';
import { Engines, type StatesParts, type TransitionListener } from './engines.ts';
import { statesService } from './service.ts';

export interface States {
  readonly service: Service;
  onTransition(listener: TransitionListener): void;
  /** Executions that have not ended. */
  openExecutions(): number;
  /** State transitions of an execution, as they are billed: states entered and attempts after the first. */
  transitions(executionArn: string): number;
  close(): void;
}

/** Step Functions on the sandbox's clock. */
export function createStates(parts: StatesParts): States {
  const engines = new Engines(parts);
  return {
    service: statesService(engines),
    onTransition: (listener) => void engines.listeners.push(listener),
    openExecutions: () => [...engines.executions.values()].filter(({ status }) => status === 'RUNNING').length,
    transitions: (arn) => engines.execution(arn).transitions,
    close: () => engines.close(),
  };
}
