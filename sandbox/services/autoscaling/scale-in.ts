import type { Random } from '../../random.ts';
import { capacity, type Group, type Member } from './group.ts';
import { tooMany } from './mixed-instances.ts';

const hour = 3_600_000;

/** Policies that are modelled; others are refused by name. */
export const terminationPolicies: readonly string[] = ['Default', 'OldestInstance', 'NewestInstance'];

/**
 * The instance that a scale-in ends: from the zone with the most instances that has an unprotected one, by the group's policies in turn.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
export function chooseForScaleIn(group: Group, now: number, random: Random): Member | undefined {
  const members = capacity(group);
  const free = members.filter((member) => !member.protectedFromScaleIn && member.lifecycleState === 'InService');
  const sizes = new Map(group.zones.map(({ name }) => [name, members.filter(inZone(name)).length]));
  const eligible = [...sizes].filter(([name]) => free.some(inZone(name)));
  const largest = Math.max(...eligible.map(([, size]) => size));
  const zones = eligible.filter(([, size]) => size === largest).map(([name]) => name);
  let candidates = [
    ...tooMany(
      group,
      free.filter(({ instance }) => zones.includes(instance.zone.name)),
    ),
  ];
  for (const policy of group.terminationPolicies) candidates = narrow(policy, candidates, group, now);
  return candidates[Math.floor(random() * candidates.length)];
}

function inZone(name: string) {
  return ({ instance }: Member) => instance.zone.name === name;
}

function narrow(policy: string, members: readonly Member[], group: Group, now: number): Member[] {
  const launched = ({ instance }: Member) => instance.launchTime;
  if (policy === 'OldestInstance') return least(members, launched);
  if (policy === 'NewestInstance') return least(members, (member) => -launched(member));
  const outdated = members.filter(({ template }) => template !== group.template);
  // "Closest to the next billing hour" is what remains of the running hour.
  return least(outdated.length > 0 ? outdated : members, (member) => hour - ((now - launched(member)) % hour));
}

function least(members: readonly Member[], measure: (member: Member) => number): Member[] {
  const smallest = Math.min(...members.map(measure));
  return members.filter((member) => measure(member) === smallest);
}
