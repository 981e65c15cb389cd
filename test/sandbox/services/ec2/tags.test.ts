import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../../sandbox/aws/contract.ts';
import type { World } from '../../../../sandbox/world/world.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';
import { addWorld } from '../../world/support.ts';

let parts: TestCloud;
let world: World;
let ids: readonly string[];

const call = <Output = unknown>(operation: string, input: object) =>
  parts.cloud.call<Output>('ec2', operation, input, person);

beforeEach(async () => {
  parts = testCloud();
  world = await addWorld(parts, { clusters: [{ name: 'demo' }] });
  const { Instances } = await call<{ Instances: { InstanceId: string }[] }>('RunInstances', {
    ImageId: 'ami-1',
    MinCount: 2,
    MaxCount: 2,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'a' }] }],
  });
  ids = Instances.map(({ InstanceId }) => InstanceId);
});

afterEach(async () => {
  await world.close();
  parts.clock.close();
});

const create = (Tags: object[], Resources: readonly string[] = ids) => call('CreateTags', { Resources, Tags });
/** `key=value` of the tags of one instance. */
const tagsOf = async (id: string | undefined) => {
  const { Tags } = await call<{ Tags: { Key: string; Value: string }[] }>('DescribeTags', {
    Filters: [{ Name: 'resource-id', Values: [id] }],
  });
  return Tags.map(({ Key, Value }) => `${Key}=${Value}`).toSorted();
};

describe('CreateTags', () => {
  it.each([
    ['adds tags', [{ Key: 'Name', Value: 'n' }], ['Name=n', 'team=a']],
    ['overwrites the value of a key that is there', [{ Key: 'team', Value: 'b' }], ['team=b']],
    ['tells keys apart by their case', [{ Key: 'Team', Value: 'b' }], ['Team=b', 'team=a']],
    ['takes no value for an empty one', [{ Key: 'spot' }], ['spot=', 'team=a']],
  ])('%s, on every instance of the call', async (_, tags, expected) => {
    await create(tags);
    expect([await tagsOf(ids[0]), await tagsOf(ids[1])]).toEqual([expected, expected]);
  });

  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  it.each<[string, object[], string[], string]>([
    ['a key of AWS', [{ Key: 'aws:x', Value: '' }], [], 'InvalidParameterValue'],
    ['a key of 128 characters', [{ Key: 'k'.repeat(128), Value: '' }], [], 'InvalidParameterValue'],
    ['a value of 257 characters', [{ Key: 'k', Value: 'v'.repeat(257) }], [], 'InvalidParameterValue'],
    ['more than 50 tags in all', many, [], 'TagLimitExceeded'],
    ['an instance that is not there', [{ Key: 'k' }], ['i-00000000000000000'], 'InvalidInstanceID.NotFound'],
    ['an id that is none', [{ Key: 'k' }], ['i-x'], 'InvalidInstanceID.Malformed'],
    ['another resource than an instance, by name', [{ Key: 'k' }], ['vol-1'], 'NotImplementedInSandbox'],
  ])('is refused with %s, and tags nothing', async (_, tags, others, code) => {
    await expect(create(tags, [...ids, ...others])).rejects.toMatchObject({ code });
    expect([await tagsOf(ids[0]), await tagsOf(ids[1])]).toEqual([['team=a'], ['team=a']]);
  });
});
