import type { Instance } from '../ec2/instance.ts';
import type { Group, Member } from './group.ts';
import { templateFor } from './instance-refresh.ts';

/** Tags that the group gives its instances, with AWS's own. */
export function instanceTags(group: Group): Record<string, string> {
  const given = [...group.tags]
    .filter(([, { propagate }]) => propagate)
    .map(([key, { value }]) => [key, value] as const);
  return {
    ...templateFor(group).tags,
    ...Object.fromEntries(given),
    'aws:autoscaling:groupName': group.name,
    'aws:ec2launchtemplate:id': templateFor(group).id,
    'aws:ec2launchtemplate:version': '1',
  };
}

export function newMember(group: Group, instance: Instance): Member {
  return {
    instance,
    template: templateFor(group),
    lifecycleState: 'Pending',
    servesSince: undefined,
    healthy: true,
    protectedFromScaleIn: group.protectNew,
    atRisk: false,
    actions: [],
    activity: undefined,
    healthCheck: undefined,
  };
}
