import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepKubeconfig } from '../../sandbox/kubeconfig.ts';
import { createCluster } from '../../sandbox/kubernetes/cluster.ts';
import { seededRandom } from '../../sandbox/random.ts';
import { zones } from '../../sandbox/world/network.ts';
import { createWorld, type World } from '../../sandbox/world/world.ts';
import { readWorldFile } from '../../sandbox/world/world-file.ts';
import { type TestCloud, testCloud } from './aws/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
const path = join(folder, 'new', 'kubeconfig');

let parts: TestCloud;
let world: World;
let stop: () => void;

beforeEach(async () => {
  parts = testCloud();
  const { clock, roles, cloud } = parts;
  const file = join(folder, 'world.yaml');
  writeFileSync(file, 'clusters: [{ name: demo }]');
  const told = { clock, roles, random: seededRandom(1), emit: () => undefined, createCluster };
  world = createWorld(told, readWorldFile(file));
  for (const service of world.services) cloud.add(service);
  await clock.during(async () => await world.open());
  stop = keepKubeconfig(world, path);
});

afterEach(async () => {
  await world.close();
  parts.clock.close();
});

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { readonly name: string; readonly context: { readonly user: string } }[];
  readonly users: readonly { readonly name: string }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
}

const written = () => JSON.parse(readFileSync(path, 'utf8')) as Kubeconfig;

describe('the kubeconfig of the sandbox', () => {
  it('has the clusters that the world begins with, and is for its owner alone', () => {
    expect(written()).toMatchObject({ 'current-context': 'demo', contexts: [{ name: 'demo' }] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('gets a context for a cluster that is made later, as soon as it is ACTIVE', async () => {
    const subnetIds = zones.map(({ subnetId }) => subnetId);
    const roleArn = 'arn:aws:iam::000000000000:role/eks';
    const input = { name: 'second', roleArn, resourcesVpcConfig: { subnetIds } };
    await parts.cloud.call('eks', 'CreateCluster', input, { kind: 'person' });
    expect(written().contexts).toHaveLength(1);
    await parts.clock.letPass(601_000);
    expect(written().contexts.map(({ name }) => name)).toEqual(['demo', 'second']);
    expect(written()['current-context']).toBe('demo');
    expect(written().clusters[1]?.cluster.server).toBe(world.clusters.get('second')?.url);
    // kubectl refuses a file that has a user twice.
    expect(written().users.map(({ name }) => name)).toEqual(['demo-admin', 'second-admin']);
    expect(written().contexts.map(({ context }) => context.user)).toEqual(['demo-admin', 'second-admin']);
  });

  it('goes when its sandbox ends', () => {
    stop();
    expect(existsSync(path)).toBe(false);
  });
});
