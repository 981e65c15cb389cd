import type { Sandbox } from '../sandbox.ts';

/** Something that happens to the world, and how often: to the instance, if one is given and the drill is about one. */
export type Drill = (sandbox: Sandbox, instance?: string, options?: DrillOptions) => Promise<void>;

export interface DrillOptions {
  /** From now to the end of the instance. */
  readonly minutes?: number;
}
