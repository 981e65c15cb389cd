import type { Change } from '../../sandbox/kubernetes/store/store.ts';
import type { Execution } from '../../sandbox/services/states/execution.ts';
import type { WitnessedCall, WitnessedRequest } from '../../sandbox/witness.ts';
import type { Scene } from './scene.ts';

/** What an invariant looks at; each is called when it happens, in the order of the world. */
export interface Watch {
  /** A call of the product that took effect, or was refused by its service. */
  call?(call: WitnessedCall): void;
  /** A request of the product that an API server worked on. */
  request?(request: WitnessedRequest): void;
  /** A change of an object, whoever made it. */
  change?(change: Change): void;
  /** A line that a function wrote. */
  log?(functionName: string, message: string): void;
  /** An execution has ended. */
  ended?(execution: Execution): void;
  /** An hour after everything has come to its end. */
  atLast?(): void | Promise<void>;
}

/** A rule that holds in every history; `name` is what it promises. */
export interface Invariant {
  readonly name: string;
  readonly watch: (scene: Scene, violated: (what: string) => void) => Watch;
}

export interface Violation {
  readonly invariant: string;
  /** Milliseconds from the beginning of the history. */
  readonly at: number;
  readonly what: string;
}
