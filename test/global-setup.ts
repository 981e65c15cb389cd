import { join } from 'node:path';
import { synthesize } from '../sandbox/synth.ts';

/** Synthesizes once before all tests, so that scenarios in several processes do not do it into the same folder. */
const setup = () => synthesize(join(import.meta.dirname, '..'));

// jest takes the default export of this file and no other.
export default setup;
