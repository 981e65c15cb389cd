import { describe, it } from '@jest/globals';
import { expectTheSameEndWhenKilled } from './killed-calls.ts';
import { useOneScenario } from './use-scenario.ts';

useOneScenario();

describe('a Spot interruption', () => {
  it('ends the same when a function is killed before any write of AWS takes effect', async () => {
    await expectTheSameEndWhenKilled('before', 'write');
  });
});
