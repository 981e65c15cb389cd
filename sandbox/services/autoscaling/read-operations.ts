import type {
  AutoScalingGroupNamesType,
  DescribeAutoScalingInstancesType,
  DescribeScalingActivitiesType,
} from '@aws-sdk/client-auto-scaling';
import type { CallContext, Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { describeActivity, describeGroup, describeMember } from './describe.ts';
import type { Groups } from './groups.ts';
import { checkActivityIds, checkIds, checkNames, checkPageSize } from './limits.ts';

type Reader = Pick<Groups, 'all' | 'get'>;

/** @param seen the groups as the caller sees them */
export function readOperations(seen: (context: CallContext) => Reader): Service['operations'] {
  return {
    DescribeAutoScalingGroups: (
      { AutoScalingGroupNames: names, MaxRecords = 50, NextToken }: AutoScalingGroupNamesType,
      context,
    ) => {
      checkNames(names, MaxRecords);
      checkPageSize(MaxRecords, 100);
      const chosen = seen(context)
        .all()
        .filter(({ name }) => !names?.length || names.includes(name));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return { AutoScalingGroups: items.map(describeGroup), NextToken: next };
    },
    DescribeAutoScalingInstances: (
      { InstanceIds: ids, MaxRecords = 50, NextToken }: DescribeAutoScalingInstancesType,
      context,
    ) => {
      checkIds(ids);
      checkPageSize(MaxRecords, 50);
      const all = seen(context)
        .all()
        .flatMap((group) => [...group.members.values()].map((member) => ({ group, member })));
      const chosen = all.filter(({ member }) => !ids?.length || ids.includes(member.instance.instanceId));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return {
        AutoScalingInstances: items.map(({ group, member }) => ({
          ...describeMember(member),
          AutoScalingGroupName: group.name,
        })),
        NextToken: next,
      };
    },
    DescribeScalingActivities: (
      { AutoScalingGroupName: name, ActivityIds: ids, MaxRecords = 100, NextToken }: DescribeScalingActivitiesType,
      context,
    ) => {
      const groups = seen(context);
      checkActivityIds(ids);
      checkPageSize(MaxRecords, 100);
      const of = name === undefined ? groups.all() : [groups.get(name)];
      const all = of.flatMap((group) => group.activities.map((activity) => ({ group, activity })));
      const chosen = all.filter(({ activity }) => !ids?.length || ids.includes(activity.id));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return { Activities: items.map(({ group, activity }) => describeActivity(group, activity)), NextToken: next };
    },
  };
}
