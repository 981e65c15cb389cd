import type { Cluster } from '../kubernetes/contract.ts';
import type { Sandbox } from '../sandbox.ts';
import type { WeatherName } from '../weather/contract.ts';
import type { WorldFile } from '../world/world-file.ts';

/** Something that somebody does at a time. */
export interface Act {
  /** Milliseconds from the beginning of the history. */
  readonly at: number;
  /** A name in the table of acts. */
  readonly does: string;
  /** From 0 to 1: which of the things that are there then. */
  readonly which: number;
  /** From 0 to 1: how it is done. */
  readonly how: number;
}

export interface History {
  readonly seed: number;
  readonly world: WorldFile;
  /** In the order of their times. */
  readonly acts: readonly Act[];
  readonly weather: WeatherName;
  /** Milliseconds after which nobody acts any more and the weather is calm. */
  readonly lasts: number;
}

/** What of a history happens. */
export interface Part {
  readonly acts: readonly Act[];
  /** Names of the troubles that the weather may make; all by default. */
  readonly troubles?: readonly string[] | undefined;
}

/** Where acts are played. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly cluster: Cluster;
  /** The world's file: what a pipeline takes for the truth. */
  readonly world: WorldFile;
  /** A call by a person, who may do everything. */
  call<Output>(service: string, operation: string, input: object): Promise<Output>;
  /** Does something later, unless the history has been left. Milliseconds. */
  later(milliseconds: number, act: () => Promise<unknown>): void;
  /** What the acts so far have noted, by a name of their own. */
  readonly notes: Map<string, unknown>;
}

/** Does it, and says in words what; `undefined` when there was nothing to do it to. */
type Doing = (stage: Stage, act: Pick<Act, 'which' | 'how'>) => Promise<string | undefined> | string | undefined;

/** An act and how often it comes, beside the others. */
export interface Kind {
  readonly weight: number;
  readonly does: Doing;
}
