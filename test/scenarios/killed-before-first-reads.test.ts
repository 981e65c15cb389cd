import { describe, it } from '@jest/globals';
import { expectTheSameEndWhenKilled, upToTheCordon } from './killed-calls.ts';
import { useOneScenario } from './use-scenario.ts';

useOneScenario();

describe('a Spot interruption', () => {
  it('ends the same when a function is killed before any read of the functions up to the cordon is answered', async () => {
    await expectTheSameEndWhenKilled('before', 'read', (caller) => upToTheCordon.test(caller));
  });
});
