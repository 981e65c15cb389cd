import { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ec2Instances } from '../../../shared/aws/ec2-instances.ts';
import { fakeInstances } from '../../fakes/fake-instances.ts';
import { type HeldCloud, heldCloud } from './held-cloud.ts';
import { instancesSuite } from './instances.suite.ts';

describe('the instances of the tests', () => {
  const tags = { 'kubernetes.io/cluster/demo': 'owned' };
  const facts = { state: 'running', spot: true, privateDnsName: 'ip-10-0-1-7.ec2.internal', tags };
  const ids = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb', 'i-0cccccccccccccccc'];
  instancesSuite(() => ({
    instances: fakeInstances(ids.map((instanceId) => ({ instanceId, ...facts }))),
    instanceIds: ids,
  }));
});

describe('instances through the SDK', () => {
  let cloud: HeldCloud;
  let client: EC2Client;
  let ids: string[];

  beforeEach(async () => {
    cloud = await heldCloud();
    client = new EC2Client(cloud.client);
    const all = await cloud.call<{ Reservations: { Instances: { InstanceId: string }[] }[] }>(
      'ec2',
      'DescribeInstances',
      {},
    );
    ids = all.Reservations.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId));
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  instancesSuite(() => ({ instances: ec2Instances(client), instanceIds: ids }));

  it('leaves off when the signal says so', async () => {
    const instances = ec2Instances(client, AbortSignal.abort());
    await expect(instances.describe(ids)).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });
});
