import type {
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesType,
  DesiredConfiguration,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError, notImplemented, type Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import { uuid } from '../../random.ts';
import type { LaunchTemplate, LaunchTemplates } from '../ec2/launch-templates.ts';
import { type Group, staying } from './group.ts';
import { templateNamed } from './group-operations.ts';
import type { Groups } from './groups.ts';
import { activeRefresh, cancel } from './instance-refresh.ts';
import { checkPageSize } from './limits.ts';
import { checkRange } from './maintenance.ts';
import type { Refresh } from './refresh.ts';

/** Preferences with an effect; checkpoints, alarms, rollbacks and bake times are refused by name. */
const preferences = [
  'MinHealthyPercentage',
  'MaxHealthyPercentage',
  'InstanceWarmup',
  'SkipMatching',
  'ScaleInProtectedInstances',
  'StandbyInstances',
];

/** Instance refreshes, rolling ones. Sources: API reference; user guide, asg-instance-refresh. */
export function refreshOperations(groups: Groups, templates: LaunchTemplates): Service['operations'] {
  return {
    StartInstanceRefresh: (input: StartInstanceRefreshType) => ({
      InstanceRefreshId: start(groups, templates, input),
    }),
    DescribeInstanceRefreshes: (input: DescribeInstanceRefreshesType) => {
      const { InstanceRefreshIds: ids, MaxRecords = 50, NextToken } = input;
      checkPageSize(MaxRecords, 100);
      const group = groups.get(input.AutoScalingGroupName ?? '');
      const chosen = group.refreshes.filter(({ id }) => !ids?.length || ids.includes(id));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return { InstanceRefreshes: items.map((refresh) => describe(group, refresh)), NextToken: next };
    },
    CancelInstanceRefresh: ({
      AutoScalingGroupName: name = '',
      WaitForTransitioningInstances: wait = true,
    }: CancelInstanceRefreshType) => {
      const group = groups.get(name);
      const refresh = activeRefresh(group);
      if (!refresh) {
        const message = `No in progress or pending Instance Refresh found for Auto Scaling group ${name}`;
        throw new AwsError('ActiveInstanceRefreshNotFound', message);
      }
      cancel(groups.tools, group, refresh, wait);
      groups.look(group);
      return { InstanceRefreshId: refresh.id };
    },
  };
}

function start(groups: Groups, templates: LaunchTemplates, input: StartInstanceRefreshType): string {
  const group = groups.get(input.AutoScalingGroupName ?? '');
  const { Strategy: strategy = 'Rolling', Preferences: given = {} } = input;
  if (strategy !== 'Rolling') throw notImplemented(`the strategy '${strategy}' of autoscaling:StartInstanceRefresh`);
  refuseOthers(given, preferences, 'Preferences of autoscaling:StartInstanceRefresh');
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = given;
  if (max !== undefined && min === undefined)
    throw new AwsError('ValidationError', 'MinHealthyPercentage must be specified with MaxHealthyPercentage.');
  checkRange({ min: min ?? 90, max: max ?? 100 });
  // The words: a published script around `aws autoscaling start-instance-refresh`.
  if (activeRefresh(group))
    throw new AwsError(
      'InstanceRefreshInProgress',
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  const template = desiredTemplate(templates, input.DesiredConfiguration);
  const refresh = newRefresh(uuid(groups.tools.random), group, given, template);
  group.refreshes.unshift(refresh);
  groups.look(group);
  return refresh.id;
}

function desiredTemplate(templates: LaunchTemplates, given: DesiredConfiguration | undefined) {
  if (!given) return undefined;
  refuseOthers(given, ['LaunchTemplate'], 'DesiredConfiguration of autoscaling:StartInstanceRefresh');
  return given.LaunchTemplate && templateNamed(templates, given.LaunchTemplate);
}

function newRefresh(
  id: string,
  group: Group,
  given: Refresh['preferences'],
  template: LaunchTemplate | undefined,
): Refresh {
  const wanted = template ?? group.template;
  const old = staying(group).filter((member) => given.SkipMatching !== true || member.template !== wanted);
  return {
    id,
    preferences: given,
    template,
    old: new Set(old.map(({ instance }) => instance.instanceId)),
    total: old.length,
    status: 'Pending',
    reason: undefined,
    startedAt: undefined,
    endedAt: undefined,
    percent: 0,
    blockedSince: undefined,
  };
}

/** In the shape of DescribeInstanceRefreshes. */
function describe(group: Group, refresh: Refresh) {
  const { id, status, reason, startedAt, endedAt, percent, old, template } = refresh;
  const left = staying(group).filter(({ instance }) => old.has(instance.instanceId)).length;
  const date = (at: number | undefined) => (at === undefined ? undefined : new Date(at));
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: group.name,
    Status: status,
    StatusReason: reason,
    StartTime: date(startedAt),
    EndTime: date(endedAt),
    PercentageComplete: percent,
    InstancesToUpdate: left,
    Preferences: refresh.preferences,
    DesiredConfiguration: template && {
      LaunchTemplate: { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: '1' },
    },
    Strategy: 'Rolling' as const,
  };
}
