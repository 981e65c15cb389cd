import { describe, expect, it } from '@jest/globals';
import { expectSpotGroup, scenario, useScenario } from './use-scenario.ts';

useScenario();

const idle = () => scenario.untilIdle();
const redrive = async (executionArn: string) => {
  await scenario.call('states', 'RedriveExecution', { executionArn });
  await idle();
};
const ends = async () => (await scenario.executions()).map(({ status, outcome }) => `${status} ${outcome}`);

describe('an execution that is redriven', () => {
  it('fails again when it had failed: Step Functions enters the Fail state anew', async () => {
    const arn = await scenario.run({ cluster: 'other', instances: [scenario.spot] });
    await idle();
    await redrive(arn);
    expect(await ends()).toEqual(['FAILED UnknownClusterError']);
  });

  it('changes nothing more when it was stopped and has been cleaned up', async () => {
    const before = scenario.nodeOf(scenario.spot);
    const arn = await scenario.run({ cluster: 'demo', instances: [scenario.spot], dryRun: false });
    await scenario.letPass(20_000);
    expect(scenario.isCordoned(scenario.spot)).toBe(true);
    await scenario.call('states', 'StopExecution', { executionArn: arn });
    await idle();
    await redrive(arn);
    expect(await ends()).toEqual(['SUCCEEDED NothingToDo', 'SUCCEEDED RolledBack']);
    const after = scenario.nodeOf(scenario.spot);
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    const inService = await expectSpotGroup(3);
    expect(inService).toContain(scenario.spot);
  });
});
