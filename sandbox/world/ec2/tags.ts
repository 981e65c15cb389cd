import type { CreateTagsRequest, DeleteTagsRequest, DescribeTagsRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/contract.ts';
import { pageOf } from '../page.ts';
import type { Fleet } from './fleet.ts';
import { instancesById } from './select-instances.ts';

/** CreateTags on instances. Throws for keys that AWS keeps to itself. */
export function createTags(fleet: Fleet, input: CreateTagsRequest): void {
  const tags = input.Tags ?? [];
  for (const { Key = '' } of tags) refuseReserved(Key);
  for (const instance of instancesById(fleet, input.Resources ?? []))
    for (const { Key = '', Value = '' } of tags) instance.tags.set(Key, Value);
}

/** DeleteTags on instances: all tags when none is named, and only those of the value when one is given. */
export function deleteTags(fleet: Fleet, input: DeleteTagsRequest): void {
  for (const { tags } of instancesById(fleet, input.Resources ?? [])) {
    const named = input.Tags ?? Array.from(tags.keys(), (Key) => ({ Key, Value: undefined }));
    for (const { Key = '', Value } of named) {
      if (Key.startsWith('aws:')) {
        if (input.Tags) refuseReserved(Key);
        continue;
      }
      if (Value === undefined || tags.get(Key) === Value) tags.delete(Key);
    }
  }
}

/** DescribeTags of instances; filters `resource-id`, `resource-type`, `key` and `value`. */
export function describeTags(fleet: Fleet, input: DescribeTagsRequest) {
  const all = fleet.all().flatMap((instance) =>
    Array.from(instance.tags, ([Key, Value]) => ({
      ResourceId: instance.instanceId,
      ResourceType: 'instance',
      Key,
      Value,
    })),
  );
  const fields = { 'resource-id': 'ResourceId', 'resource-type': 'ResourceType', key: 'Key', value: 'Value' } as const;
  const chosen = all.filter((tag) =>
    (input.Filters ?? []).every(({ Name = '', Values = [] }) => {
      const field = Object.entries(fields).find(([name]) => name === Name)?.[1];
      if (!field) {
        throw new AwsError('NotImplementedInSandbox', `The sandbox does not implement the filter '${Name}'.`, 501);
      }
      return Values.includes(tag[field]);
    }),
  );
  const { items, next } = pageOf(chosen, input.MaxResults ?? 1000, input.NextToken, 'InvalidNextToken');
  return { Tags: items, NextToken: next };
}

function refuseReserved(key: string): void {
  if (!key.startsWith('aws:')) return;
  const message = `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`;
  throw new AwsError('InvalidParameterValue', message);
}
