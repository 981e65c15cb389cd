import type { WeatherName } from '../../sandbox/weather/contract.ts';
import type { Violation } from './contract.ts';
import type { Deed } from './run-history.ts';

/** What a worker is asked to do: play the history of a seed, and make it small for some of its violations. */
export interface Job {
  readonly seed: number;
  readonly weather: WeatherName;
  /** Names of acts that may come; all by default. */
  readonly only?: readonly string[] | undefined;
  /** Invariants whose violations have been seen often enough: nobody shrinks for them any more. */
  readonly known: readonly string[];
  /** Ids of known faults that nothing has shown yet. */
  readonly rows?: readonly string[];
  /** How often a history is tried to be made smaller, for each invariant; 0 never. */
  readonly tries: number;
}

/** A history as small as it could be made, that still violates an invariant. */
export interface Small {
  readonly invariant: string;
  /** Places in the history of the seed. */
  readonly acts: readonly number[];
  readonly troubles: readonly string[];
  readonly told: readonly Deed[];
  readonly violations: readonly Violation[];
}

/** A known fault that a history shows, and the small history. */
export interface Shown {
  readonly row: string;
  readonly small: Small;
}

export interface Result {
  readonly seed: number;
  readonly acts: number;
  /** Minutes. */
  readonly lasts: number;
  readonly executions: number;
  readonly troubles: number;
  readonly violations: readonly Violation[];
  readonly small: readonly Small[];
  /** Ids of known faults for which the history was made small, whether or not it then showed them. */
  readonly sought: readonly string[];
  readonly shown: readonly Shown[];
}
