import type { CreateTagsRequest, DeleteTagsRequest, DescribeTagsRequest, Tag } from '@aws-sdk/client-ec2';
import { AwsError, notImplemented } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { checkFilters } from './filters.ts';
import type { Fleet, FleetReader } from './fleet.ts';
import type { Instance } from './instance.ts';
import { instancesById } from './select-instances.ts';

/** "A maximum of 127 Unicode characters", "a maximum of 256" (Tag, API reference). */
const longest = { key: 127, value: 256 };
/** "Each resource can have a maximum of 50 tags" (CreateTags, API reference); those of AWS do not count (EC2 user guide, tag restrictions). */
const mostTags = 50;

/** CreateTags on instances: all of them get the tags, or none. Throws for keys that AWS keeps to itself. */
export function createTags(fleet: Fleet, input: CreateTagsRequest): void {
  const tags = input.Tags ?? [];
  for (const tag of tags) checkTag(tag);
  const instances = taggable(fleet, input.Resources ?? []);
  for (const instance of instances) {
    const keys = new Set([...instance.tags.keys(), ...tags.map(({ Key = '' }) => Key)]);
    if ([...keys].filter((key) => !key.startsWith('aws:')).length > mostTags)
      throw new AwsError('TagLimitExceeded', `More than ${mostTags} tags on ${instance.instanceId}.`);
  }
  for (const instance of instances) for (const { Key = '', Value = '' } of tags) instance.tags.set(Key, Value);
}

function checkTag({ Key = '', Value = '' }: Tag): void {
  refuseReserved(Key);
  if (Key === '' || Array.from(Key).length > longest.key) throw invalid('key', Key);
  if (Array.from(Value).length > longest.value) throw invalid('value', Value);
}

/** Other resources have no tags here. */
function taggable(fleet: Fleet, ids: readonly string[]): Instance[] {
  const other = ids.find((id) => /^(?!i-)[a-z]+-/.test(id));
  if (other !== undefined) throw notImplemented(`tags of '${other}'`);
  return instancesById(fleet, ids);
}

/** DeleteTags on instances: all tags when none is named, and only those of the value when one is given. */
export function deleteTags(fleet: Fleet, input: DeleteTagsRequest): void {
  for (const { tags } of taggable(fleet, input.Resources ?? [])) {
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
export function describeTags(fleet: FleetReader, input: DescribeTagsRequest) {
  checkFilters(input.Filters);
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
  throw invalid('key', key, " Tag keys starting with 'aws:' are reserved for internal use");
}

function invalid(parameter: string, value: string, why = ''): AwsError {
  return new AwsError('InvalidParameterValue', `Value ( ${value} ) for parameter ${parameter} is invalid.${why}`);
}
