import type { Random } from '../../random.ts';
import { secondsOf } from './activities.ts';
import { capacity, type Group, type Member } from './group.ts';
import { chooseForScaleIn } from './scale-in.ts';

export type Step =
  | { readonly do: 'nothing' }
  | { readonly do: 'launch' }
  | { readonly do: 'terminate'; readonly member: Member; readonly cause: string };

const nothing: Step = { do: 'nothing' };

/** What a group does next to come to its capacity: replace the unhealthy, launch, end the replaced, scale in. */
export function nextStep(group: Group, now: number, random: Random): Step {
  const at = secondsOf(now);
  const members = capacity(group);
  const mayTerminate = !group.suspended.has('Terminate');
  const unhealthy = members.find(({ healthy }) => !healthy);
  if (unhealthy && mayTerminate && !group.suspended.has('ReplaceUnhealthy')) {
    const why =
      unhealthy.instance.state === 'running'
        ? 'a user health-check.'
        : 'an EC2 health check indicating it has been terminated or stopped.';
    return {
      do: 'terminate',
      member: unhealthy,
      cause: `At ${at} an instance was taken out of service in response to ${why}`,
    };
  }
  const atRisk = members.filter((member) => member.atRisk && member.lifecycleState === 'InService');
  // Replacements of instances at risk come on top, as far as the margin allows.
  const wanted = Math.max(group.desired, Math.min(group.desired + atRisk.length, ceiling(group)));
  if (members.length < wanted) return group.suspended.has('Launch') || group.deleting ? nothing : { do: 'launch' };
  if (!mayTerminate && !group.deleting) return nothing;
  return replaced(group, atRisk, at) ?? scaleIn(group, members, at, now, random);
}

/**
 * "Auto Scaling can temporarily exceed the specified maximum capacity of a group" while it rebalances; the margin is the one of all
 * rebalancing, "a 10 percent margin (or by a 1-instance margin, whichever is greater)": auto-scaling-benefits.
 */
function ceiling({ max }: Group): number {
  return max + Math.max(1, Math.floor(max / 10));
}

/** An instance at risk that the others can do without: its replacement is in service. */
function replaced(group: Group, atRisk: readonly Member[], at: string): Step | undefined {
  const serving = capacity(group).filter(({ lifecycleState }) => lifecycleState === 'InService');
  const [first] = atRisk;
  if (!first || serving.length <= group.desired) return undefined;
  const cause = `At ${at} an instance was taken out of service in response to an EC2 instance rebalance recommendation.`;
  return { do: 'terminate', member: first, cause };
}

function scaleIn(group: Group, members: readonly Member[], at: string, now: number, random: Random): Step {
  if (members.length <= group.desired || members.some(({ atRisk }) => atRisk)) return nothing;
  const member = group.deleting ? members[0] : chooseForScaleIn(group, now, random);
  if (!member) return nothing;
  const size = members.length;
  const cause =
    `${group.request}At ${at} an instance was taken out of service in response to a difference between desired and actual ` +
    `capacity, shrinking the capacity from ${size} to ${size - 1}.  At ${at} instance ${member.instance.instanceId} was selected for termination.`;
  return { do: 'terminate', member, cause };
}
