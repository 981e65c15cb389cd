import type { InstanceMaintenancePolicy } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../aws/contract.ts';

/** Percentages of the desired capacity between which instances are replaced. */
export interface Maintenance {
  readonly min: number;
  readonly max: number;
}

/** How many instances serve at least, and how many there are at most, while some are replaced. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The policy after a request; `-1` clears it. Throws `ValidationError`. Ranges: API_InstanceMaintenancePolicy; the words are ours. */
export function maintenanceOf(
  given: InstanceMaintenancePolicy | undefined,
  present: Maintenance | undefined,
): Maintenance | undefined {
  if (!given) return present;
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = given;
  if (min === undefined || max === undefined)
    throw invalid('Both MinHealthyPercentage and MaxHealthyPercentage must be specified.');
  if (min === -1 && max === -1) return undefined;
  return checkRange({ min, max });
}

/** Throws `ValidationError` for percentages out of their ranges, or more than 100 apart. */
export function checkRange({ min, max }: Maintenance): Maintenance {
  if (min < 0 || min > 100) throw invalid('MinHealthyPercentage must be from 0 to 100.');
  if (max < 100 || max > 200) throw invalid('MaxHealthyPercentage must be from 100 to 200.');
  if (max - min > 100)
    throw invalid('The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.');
  return { min, max };
}

/** In the shape of DescribeAutoScalingGroups. */
export function describeMaintenance({ min, max }: Maintenance) {
  return { MinHealthyPercentage: min, MaxHealthyPercentage: max };
}

/**
 * The percentages in instances, the lower one "rounded up to the nearest integer" (asg-instance-refresh). Where nothing could be replaced
 * within them: "when MaxHealthyPercentage is explicitly set [...], Auto Scaling launches a new instance before terminating an old one
 * (temporarily exceeding the desired capacity). When MaxHealthyPercentage is omitted, Auto Scaling terminates an instance and launches its
 * replacement simultaneously" (API_RefreshPreferences).
 */
export function boundsOf(desired: number, { min, max }: Maintenance, explicit: boolean): Bounds {
  const least = Math.ceil((desired * min) / 100);
  const most = Math.floor((desired * max) / 100);
  if (least < desired || most > desired) return { least, most };
  return explicit ? { least, most: desired + 1 } : { least: Math.max(0, desired - 1), most };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
