import type { CreateOrUpdateTagsType, DeleteTagsType } from '@aws-sdk/client-auto-scaling';
import type { Service } from '../../aws/contract.ts';
import type { Groups } from './groups.ts';

/** Tags of groups, by their names in `ResourceId` (API_Tag); what instances were given at their launch stays. */
export function tagOperations(groups: Groups): Service['operations'] {
  return {
    CreateOrUpdateTags: ({ Tags = [] }: CreateOrUpdateTagsType) => {
      for (const { ResourceId = '', Key = '', Value = '', PropagateAtLaunch } of Tags)
        groups.get(ResourceId).tags.set(Key, { value: Value, propagate: PropagateAtLaunch === true });
      return {};
    },
    DeleteTags: ({ Tags = [] }: DeleteTagsType) => {
      for (const { ResourceId = '', Key = '' } of Tags) groups.get(ResourceId).tags.delete(Key);
      return {};
    },
  };
}
