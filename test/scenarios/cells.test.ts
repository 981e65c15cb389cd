import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { begin, scenario, useScenarios } from './use-scenario.ts';

const networks = join(import.meta.dirname, '..', '..', 'sandbox', 'worlds', 'networks.yaml');
const config = join(import.meta.dirname, 'steward-networks.yaml');

useScenarios();

/** The world of three networks with other VPC endpoints in the one that has no NAT gateway. */
function withEndpoints(...names: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.yaml');
  writeFileSync(file, readFileSync(networks, 'utf8').replace(/endpoints: \[.*\]/, `endpoints: [${names.join(', ')}]`));
  return file;
}

/** EC2 takes one instance of each cluster away. */
async function interruptAll(): Promise<void> {
  for (const cluster of ['green', 'red', 'blue']) {
    const { inService } = await scenario.group(`${cluster}-spot`);
    scenario.sandbox.world.interruptSpot(inService[0] ?? '');
  }
  await scenario.untilIdle();
}

/** The outcomes of the runs about each cluster, whose names begin with it. */
async function outcomes(): Promise<Record<string, string[]>> {
  const runs = await scenario.executions();
  const of = (cluster: string) =>
    runs.filter(({ name }) => name.startsWith(`${cluster}-`)).map(({ outcome }) => outcome);
  return { green: of('green'), red: of('red'), blue: of('blue') };
}

/** How many executions each state machine has had. */
async function executionsByMachine(): Promise<readonly [string, number][]> {
  const { stateMachines } = await scenario.call<{ stateMachines: { stateMachineArn: string; name: string }[] }>(
    'states',
    'ListStateMachines',
    {},
  );
  return await Promise.all(
    stateMachines.map(async ({ stateMachineArn, name }) => {
      const { executions } = await scenario.call<{ executions: object[] }>('states', 'ListExecutions', {
        stateMachineArn,
      });
      return [name, executions.length] as const satisfies [string, number];
    }),
  );
}

describe('clusters in networks of their own', () => {
  it('are each looked after from inside their network, by a state machine of their own', async () => {
    await begin({ world: networks, config, about: 'green' });
    await interruptAll();
    expect(await outcomes()).toEqual({ green: ['Replaced'], red: ['Replaced'], blue: ['Replaced'] });
    const machines = (await executionsByMachine()).filter(([name]) => name.endsWith('-node-replacement'));
    expect(machines.map(([name]) => name.replace(/-[0-9a-f]{6}-/, '-CELL-')).toSorted()).toEqual([
      'eks-steward-CELL-node-replacement',
      'eks-steward-CELL-node-replacement',
      'eks-steward-node-replacement',
    ]);
    expect(machines.map(([, executions]) => executions)).toEqual([1, 1, 1]);
  });

  it('do not suffer when another network has no way to a service of AWS', async () => {
    await begin({ world: withEndpoints('autoscaling', 'dynamodb', 'ssm'), config, about: 'green' });
    await interruptAll();
    const { green, red, blue = [] } = await outcomes();
    expect({ green, red }).toEqual({ green: ['Replaced'], red: ['Replaced'] });
    expect(blue.length).toBeGreaterThan(0);
    expect(new Set(blue)).toEqual(new Set(['ApiUnavailableError']));
  });
});
