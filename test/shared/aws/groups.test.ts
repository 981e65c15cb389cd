import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { autoScalingGroups } from '../../../shared/aws/auto-scaling-groups.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeGroups } from '../../fakes/fake-groups.ts';
import { type GroupsLab, groupsSuite } from './groups.suite.ts';
import { type HeldCloud, heldCloud } from './held-cloud.ts';

const instanceIds = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb', 'i-0cccccccccccccccc'];

function aFakeLab(): GroupsLab {
  const clock = fakeClock();
  const instances = instanceIds.map((instanceId) => ({
    instanceId,
    lifecycleState: 'InService',
    protectedFromScaleIn: false,
  }));
  const facts = { suspended: [], capacityRebalance: false, managedNodeGroup: false, clusterTags: ['demo'], instances };
  const groups = fakeGroups([{ name: 'spot', desired: 3, min: 0, max: 5, ...facts }], () => clock.now());
  return {
    groups,
    instanceIds,
    now: () => clock.now(),
    pass: (milliseconds) => clock.sleep(milliseconds),
    failLaunch: async (message) => groups.failLaunch(message),
  };
}

describe('the Auto Scaling groups of the tests', () => {
  groupsSuite(aFakeLab);
});

describe('Auto Scaling through the SDK', () => {
  let cloud: HeldCloud;
  let client: AutoScalingClient;
  let ids: string[];

  beforeEach(async () => {
    cloud = await heldCloud();
    client = new AutoScalingClient(cloud.client);
    const found = await autoScalingGroups(client).describe(['spot']);
    ids = (found.get('spot')?.instances ?? []).map(({ instanceId }) => instanceId);
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  groupsSuite(() => ({
    groups: autoScalingGroups(client),
    instanceIds: ids,
    now: cloud.now,
    pass: cloud.pass,
    failLaunch: async (message) => {
      cloud.world.failLaunches('spot', { code: 'UnfulfillableCapacity', message, times: 1 });
      await cloud.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 4 });
      await cloud.pass(10_000);
    },
  }));

  it('calls the group busy when a scaling activity is in progress, by the name that the wire gives it', async () => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>ScalingActivityInProgress</Code><Message>busy</Message></Error></ErrorResponse>`;
    const server = createServer((_, response) => void response.writeHead(400).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = new AutoScalingClient({ ...cloud.client, endpoint });
    expect(await autoScalingGroups(other).setDesired('spot', 4)).toBe('Busy');
    other.destroy();
    server.close();
  });

  it('leaves off when the signal says so', async () => {
    const groups = autoScalingGroups(client, AbortSignal.abort());
    await expect(groups.describe(['spot'])).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    await expect(groups.groupsOf(ids)).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });
});
