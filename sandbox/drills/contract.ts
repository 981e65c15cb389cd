import type { Sandbox } from '../sandbox.ts';

/** Something that happens to the world, and how often: to the instance, if one is given and the drill is about one. */
export type Drill = (sandbox: Sandbox, instance?: string) => Promise<void>;
