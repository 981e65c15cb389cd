import type { Random } from '../../random.ts';
import { secondsOf } from './activities.ts';
import { capacity, type Group, type Member, staying } from './group.ts';
import { activeRefresh, ready, refreshBounds, replaceable } from './instance-refresh.ts';
import { boundsOf } from './maintenance.ts';
import { chooseForScaleIn } from './scale-in.ts';

export type Step =
  | { readonly do: 'nothing' }
  | { readonly do: 'launch' }
  | { readonly do: 'terminate'; readonly member: Member; readonly cause: string };

const nothing: Step = { do: 'nothing' };

/** What a group does next to come to its capacity: replace the unhealthy, launch, end the replaced, refresh, scale in. */
export function nextStep(group: Group, now: number, random: Random): Step {
  const at = secondsOf(now);
  const members = capacity(group);
  const mayTerminate = !group.suspended.has('Terminate');
  if (mayTerminate && !group.suspended.has('ReplaceUnhealthy')) {
    const [unhealthy] = members.filter((member) => !member.healthy && !isHeld(group, member, now));
    if (unhealthy) return unhealthyStep(unhealthy, at);
  }
  const wanted = wantedOf(group, members, now);
  if (members.length < wanted) return group.suspended.has('Launch') || group.deleting ? nothing : { do: 'launch' };
  if (!mayTerminate && !group.deleting) return nothing;
  return replaced(group, at) ?? refreshed(group, at, now) ?? scaleIn(group, { members, wanted, at, now, random });
}

function unhealthyStep(member: Member, at: string): Step {
  const why =
    member.instance.state === 'running'
      ? 'a user health-check.'
      : 'an EC2 health check indicating it has been terminated or stopped.';
  return { do: 'terminate', member, cause: `At ${at} an instance was taken out of service in response to ${why}` };
}

/**
 * Does an unhealthy instance stay until another serves in its place? "With an instance maintenance policy, you can make sure that Amazon EC2
 * Auto Scaling first launches a new instance and then waits for it to be fully ready before terminating the unhealthy instance"
 * (ec2-auto-scaling-instance-maintenance-policy). One that has ended has nothing to give.
 */
function isHeld(group: Group, { instance }: Member, now: number): boolean {
  if (!group.maintenance || instance.state !== 'running') return false;
  return ready(group, now).length < boundsOf(group.desired, group.maintenance, true).least;
}

/** How many members there should be, with those that come before others go. */
function wantedOf(group: Group, members: readonly Member[], now: number): number {
  const { desired, maintenance } = group;
  // Replacements of instances at risk come on top, as far as the margin allows.
  const rebalanced = Math.min(desired + atRiskOf(group).length, ceiling(group));
  const held = members.filter((member) => !member.healthy && isHeld(group, member, now)).length;
  const healed = maintenance ? Math.min(desired + held, boundsOf(desired, maintenance, true).most) : desired;
  const refresh = activeRefresh(group);
  const renewed = refresh
    ? Math.min(desired + replaceable(group, refresh).length, refreshBounds(group, refresh).most)
    : desired;
  return Math.max(desired, rebalanced, healed, renewed);
}

function atRiskOf(group: Group): Member[] {
  return capacity(group).filter((member) => member.atRisk && member.lifecycleState === 'InService');
}

/**
 * "Auto Scaling can temporarily exceed the specified maximum capacity of a group" while it rebalances; the margin is the one of all
 * rebalancing, "a 10 percent margin (or by a 1-instance margin, whichever is greater)": auto-scaling-benefits.
 */
function ceiling({ max }: Group): number {
  return max + Math.max(1, Math.floor(max / 10));
}

/** An instance at risk that the others can do without: its replacement is in service. */
function replaced(group: Group, at: string): Step | undefined {
  const serving = capacity(group).filter(({ lifecycleState }) => lifecycleState === 'InService');
  const [first] = atRiskOf(group);
  if (!first || serving.length <= group.desired) return undefined;
  const cause = `At ${at} an instance was taken out of service in response to an EC2 instance rebalance recommendation.`;
  return { do: 'terminate', member: first, cause };
}

/** An old instance that the others can do without. The words are those of a published notification. */
function refreshed(group: Group, at: string, now: number): Step | undefined {
  const refresh = activeRefresh(group);
  if (!refresh) return undefined;
  const old = replaceable(group, refresh);
  const standby = old.find(({ lifecycleState }) => lifecycleState === 'Standby');
  const free = ready(group, now).length > refreshBounds(group, refresh).least;
  // One that stands by gives nothing to the group, so that nothing is lost with it.
  const member = standby ?? (free ? old[0] : undefined);
  if (!member) return undefined;
  const { instanceId } = member.instance;
  const cause = `At ${at} an instance was taken out of service in response to an instance refresh.  At ${at} instance ${instanceId} was selected for termination.`;
  return { do: 'terminate', member, cause };
}

interface Size {
  readonly members: readonly Member[];
  readonly wanted: number;
  readonly at: string;
  readonly now: number;
  readonly random: Random;
}

function scaleIn(group: Group, { members, wanted, at, now, random }: Size): Step {
  if (group.deleting) {
    const [member] = staying(group);
    return member ? { do: 'terminate', member, cause: shrinking(group, member, members.length, at) } : nothing;
  }
  if (members.length <= wanted || members.some(({ atRisk }) => atRisk)) return nothing;
  const member = chooseForScaleIn(group, now, random);
  return member ? { do: 'terminate', member, cause: shrinking(group, member, members.length, at) } : nothing;
}

function shrinking(group: Group, { instance }: Member, size: number, at: string): string {
  return (
    `${group.request}At ${at} an instance was taken out of service in response to a difference between desired and actual ` +
    `capacity, shrinking the capacity from ${size} to ${size - 1}.  At ${at} instance ${instance.instanceId} was selected for termination.`
  );
}
