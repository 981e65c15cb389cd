import synthesizeOnce from '../global-setup.ts';
import { controlPlaneBinaries } from './binaries.ts';

/** Builds before all tests what they start: the first time it takes minutes, longer than any test may. */
async function setup(): Promise<void> {
  await controlPlaneBinaries(console.log);
  await synthesizeOnce();
}

// jest takes the default export of this file and no other.
export default setup;
