import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, jest } from '@jest/globals';
import { synthesize } from '../../sandbox/synth.ts';
import type { Template } from '../../sandbox/template/contract.ts';
import { Scenario } from './scenario.ts';

jest.setTimeout(240_000);

const root = join(import.meta.dirname, '..', '..');
let scenario: Scenario;
afterEach(async () => {
  await scenario.end();
});

/** Code of the task that drains whose answer no definition of before can read. */
function changedContract(): string {
  const folder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(folder, 'index.mjs'), "export const handler = async () => ({ state: 'EMPTY', moves: [] });\n");
  return folder;
}

/** The template as a deployment with another drainer makes it: changed code, and a version of its own in place of the old one. */
function withOtherDrainer(template: Template): Template {
  const text = JSON.stringify(template);
  const [version = ''] = /PublicNodeReplacementDrainNodesFunctionCurrentVersion\w+/.exec(text) ?? [];
  const next = JSON.parse(text.replaceAll(version, `${version}Next`)) as Template;
  const drainer = next.Resources['PublicNodeReplacementDrainNodesFunction'];
  const [logicalId] = Object.keys(next.Resources).filter((id) =>
    /^PublicNodeReplacementDrainNodesFunction[0-9A-F]{8}$/.test(id),
  );
  const changed = drainer ?? next.Resources[logicalId ?? ''];
  Object.assign(changed?.Properties ?? {}, { Code: { S3Bucket: 'assets', S3Key: 'changed.zip' } });
  return next;
}

it('a run that is under way keeps the code that its definition was made for, and the next one has the new code', async () => {
  scenario = await Scenario.start();
  const assembly = await synthesize(root);
  const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
  const running = await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false });
  let updated = false;
  scenario.sandbox.states.onTransition((_, { type, stateEnteredEventDetails }) => {
    if (updated || !type?.endsWith('StateEntered') || stateEnteredEventDetails?.name !== 'Wait for the replacements')
      return;
    updated = true;
    void scenario.sandbox.loaded.update({
      template: withOtherDrainer(assembly.template),
      asset: (key) => (key === 'changed.zip' ? changedContract() : assembly.asset(key)),
    });
  });
  await scenario.untilIdle();
  expect(updated).toBe(true);
  const [first] = await scenario.executions();
  expect(first).toMatchObject({ status: 'SUCCEEDED' });
  expect(['Replaced', 'RolledBack']).toContain(first?.outcome);
  expect(running).toContain('eks-steward-node-replacement');

  const versions = await scenario.call<{ Versions: { Version: string }[] }>('lambda', 'ListVersionsByFunction', {
    FunctionName: 'eks-steward-node-replacement-drain-nodes',
  });
  expect(versions.Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
  scenario.sandbox.world.interruptSpot((await scenario.group('demo-spot')).inService[0] ?? '');
  await scenario.untilIdle();
  const next = (await scenario.executions()).at(-1);
  // The new code answers in a form that even its own definition, which we left as it was, does not know.
  expect(next).toMatchObject({ status: 'FAILED' });
});
