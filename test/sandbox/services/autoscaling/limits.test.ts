import { describe, expect, it } from '@jest/globals';
import { call, firstOf, useWorld } from '../../world/world-lab.ts';

useWorld();

const many = (length: number, prefix = 'i-0000000000000') =>
  Array.from({ length }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);

describe('a call with more than Auto Scaling takes', () => {
  it.each([
    ['DescribeAutoScalingInstances', { InstanceIds: many(51) }, /^The number of instance ids .* limited to 50$/],
    ['DescribeAutoScalingInstances', { MaxRecords: 51 }, /less than or equal to 50/],
    ['DescribeAutoScalingGroups', { AutoScalingGroupNames: many(51) }, /^The number of group names .* limited to 50$/],
    ['DescribeAutoScalingGroups', { AutoScalingGroupNames: many(101), MaxRecords: 100 }, /limited to 100$/],
    ['DescribeAutoScalingGroups', { MaxRecords: 101 }, /less than or equal to 100/],
    ['DescribeScalingActivities', { ActivityIds: many(51) }, /limited to 50$/],
    ['DescribeScalingActivities', { MaxRecords: 0 }, /greater than or equal to 1/],
    [
      'SetInstanceProtection',
      { AutoScalingGroupName: 'spot', InstanceIds: many(51), ProtectedFromScaleIn: true },
      /limited to 50$/,
    ],
  ])('is refused: %s %j', async (operation, input, message) => {
    await expect(call('autoscaling', operation, input)).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });

  it('is answered up to the limit, without the instances that do not exist', async () => {
    const known = await firstOf();
    expect(
      await call('autoscaling', 'DescribeAutoScalingInstances', { InstanceIds: [known, ...many(49)] }),
    ).toMatchObject({ AutoScalingInstances: [{ InstanceId: known }] });
  });

  it('is answered for as many names as MaxRecords says', async () => {
    expect(
      await call('autoscaling', 'DescribeAutoScalingGroups', {
        AutoScalingGroupNames: ['spot', ...many(99)],
        MaxRecords: 100,
      }),
    ).toMatchObject({ AutoScalingGroups: [{ AutoScalingGroupName: 'spot' }] });
  });
});

describe('filters with more values than EC2 takes', () => {
  it.each([
    ['DescribeInstances', [{ Name: 'instance-id', Values: many(201) }]],
    [
      'DescribeInstances',
      [
        { Name: 'instance-id', Values: many(150) },
        { Name: 'image-id', Values: many(51) },
      ],
    ],
    ['DescribeInstanceStatus', [{ Name: 'instance-state-name', Values: many(201) }]],
    ['DescribeTags', [{ Name: 'resource-id', Values: many(201) }]],
    ['DescribeInstances', [{ Name: 'instance-id', Values: ['x'.repeat(256)] }]],
  ])('are refused by %s', async (operation, Filters) => {
    await expect(call('ec2', operation, { Filters })).rejects.toMatchObject({ code: 'FilterLimitExceeded' });
  });
});
