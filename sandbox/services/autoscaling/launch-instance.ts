import type { WorldChange } from '../../world/changes.ts';
import type { LaunchFailure } from '../../world/instances.ts';
import type { Zone } from '../../world/network.ts';
import { nodeConfig, withoutCapacityType } from '../../world/nodes/node-config.ts';
import type { Fleet } from '../ec2/fleet.ts';
import { type ActivityTools, endActivity, secondsOf, startActivity } from './activities.ts';
import { capacity, emptiestZone, type Group, type Member } from './group.ts';
import { activeRefresh, templateFor } from './instance-refresh.ts';
import { failureOf, launchProblem } from './launch-failures.ts';
import { instanceTags, newMember } from './member.ts';
import { type Choice, chooseLaunch } from './mixed-instances.ts';

/** Between two activities of one attempt. */
export const stepTime = 250;
/** Pauses while every zone fails, doubled each round. AWS: "keeps trying"; activity histories show minutes. */
const retryTimes = { first: 60_000, longest: 900_000 };

export interface LaunchTools extends ActivityTools {
  readonly fleet: Fleet;
  readonly tell: (what: WorldChange) => void;
}

/**
 * Launches an instance in the zone with the fewest, unless that fails by one of the group's rules. Gives the milliseconds after which the
 * next zone, or all of them again, must be tried; undefined after a launch.
 */
export function launchInstance(tools: LaunchTools, group: Group): number | undefined {
  const zone = emptiestZone(group);
  if (!zone) {
    group.failedZones.clear();
    return Math.min(retryTimes.first * 2 ** group.failedRounds++, retryTimes.longest);
  }
  const attempt = { zone, cause: causeOf(group, tools.clock.now()), choice: chooseLaunch(group) };
  const failure = failureOf(group, zone);
  if (failure) {
    fail(tools, group, { ...attempt, failure });
    return stepTime;
  }
  group.failedZones.clear();
  group.failedRounds = 0;
  group.replacing = Math.max(0, group.replacing - 1);
  launchIn(tools, group, attempt);
  return undefined;
}

function causeOf(group: Group, now: number): string {
  const members = capacity(group);
  const size = members.length;
  // The words of published events.
  if (activeRefresh(group) && group.request === '')
    return `At ${secondsOf(now)} an instance was launched in response to an instance refresh.`;
  return group.replacing > 0 || members.some(({ healthy }) => !healthy)
    ? `At ${secondsOf(now)} an instance was launched in response to an unhealthy instance needing to be replaced.`
    : `${group.request}At ${secondsOf(now)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${size} to ${size + 1}.`;
}

interface Attempt {
  readonly zone: Zone;
  readonly cause: string;
  readonly choice: Choice;
}

function fail(tools: LaunchTools, group: Group, attempt: Attempt & { readonly failure: LaunchFailure }): void {
  const { zone, cause, choice, failure } = attempt;
  const problem = launchProblem(choice.spot, failure);
  const description = `Launching a new EC2 instance.  Status Reason: ${problem}`;
  const activity = startActivity(tools, group, { cause, description, zone });
  endActivity(tools, group, activity, 'EC2 Instance Launch Unsuccessful', problem);
  group.failedZones.add(zone.name);
  tools.tell({ subject: group.name, text: `Launch failed in ${zone.name}: ${problem}` });
}

/** Launches an instance of the group in that zone. */
export function launchIn(tools: LaunchTools, group: Group, { zone, cause, choice }: Attempt): Member {
  const instance = tools.fleet.launch({ ...specOf(group, choice), zone, tags: instanceTags(group) });
  const { instanceId } = instance;
  const member = newMember(group, instance);
  const description = `Launching a new EC2 instance: ${instanceId}`;
  member.activity = startActivity(tools, group, { cause, description, zone, instanceId });
  group.members.set(instanceId, member);
  tools.tell({ subject: group.name, text: `${description} in ${zone.name}` });
  return member;
}

/** The template with what the group makes of it. */
function specOf(group: Group, { instanceType, spot }: Choice) {
  const template = templateFor(group);
  if (!group.mixed) return template;
  const { labels, ...node } = template.node;
  return { ...template, instanceType, spot, node: nodeConfig({ ...node, spot, labels: withoutCapacityType(labels) }) };
}
