import type { Sandbox } from '../sandbox.ts';

/** Something that happens to the world, and how often. */
export type Drill = (sandbox: Sandbox) => Promise<void>;
