import type { LaunchFailure } from '../../world/instances.ts';
import type { Zone } from '../../world/network.ts';
import type { Group } from './group.ts';

/** The rule that makes a launch in this zone fail, counted down by this use. */
export function failureOf(group: Group, zone: Zone): LaunchFailure | undefined {
  const at = group.failures.findIndex((rule) => rule.zone === undefined || rule.zone === zone.name);
  const rule = group.failures[at];
  if (!rule) return undefined;
  if (rule.times !== undefined) {
    if (rule.times <= 1) group.failures.splice(at, 1);
    else group.failures[at] = { ...rule, times: rule.times - 1 };
  }
  return rule;
}

/** The words of real histories: kubernetes/autoscaler issues 1263 and 3241. */
export function launchProblem(spot: boolean, { code, message }: LaunchFailure): string {
  const what = spot ? `Could not launch Spot Instances. ${code} - ${message}` : message;
  return `${what} Launching EC2 instance failed.`;
}
