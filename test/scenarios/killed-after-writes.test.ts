import { describe, it } from '@jest/globals';
import { expectTheSameEndWhenKilled } from './killed-calls.ts';
import { useOneScenario } from './use-scenario.ts';

useOneScenario();

describe('a Spot interruption', () => {
  it('ends the same when a function is killed after any write of AWS takes effect', async () => {
    // Whether a read was answered before the end makes no difference to the world.
    await expectTheSameEndWhenKilled('after', 'write');
  });
});
