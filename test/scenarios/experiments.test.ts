import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { expectOutcome, expectSpotGroup, scenario, useScenario } from './use-scenario.ts';

useScenario();

/** The template of the documentation: one Spot instance of the demo world, with two minutes. */
const template = join(import.meta.dirname, '..', '..', 'sandbox', 'services', 'fis', 'template.json');

/** What the two commands of the documentation send. */
async function startExperiment(): Promise<string> {
  const { experimentTemplate } = await scenario.call<{ experimentTemplate: { id: string } }>(
    'fis',
    'CreateExperimentTemplate',
    { clientToken: 'template', ...(JSON.parse(readFileSync(template, 'utf8')) as object) },
  );
  const { experiment } = await scenario.call<{ experiment: { id: string } }>('fis', 'StartExperiment', {
    clientToken: 'experiment',
    experimentTemplateId: experimentTemplate.id,
  });
  return experiment.id;
}

describe('an experiment of AWS FIS', () => {
  it('ends in a replaced node, as any Spot interruption', async () => {
    const before = (await scenario.group('demo-spot')).inService;
    const id = await startExperiment();
    await expectOutcome('Replaced');
    const after = await expectSpotGroup(before.length);
    expect(before.filter((instance) => !after.includes(instance))).toHaveLength(1);
    const { experiment } = await scenario.call<{ experiment: object }>('fis', 'GetExperiment', { id });
    expect(experiment).toMatchObject({ state: { status: 'completed' } });
    expect(scenario.unready()).toEqual([]);
  });
});
