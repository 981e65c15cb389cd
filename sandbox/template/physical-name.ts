import { hex } from '../random.ts';
import type { Destination, Properties } from './contract.ts';

/** The name that the template gives, or one as CloudFormation makes it: `<stack>-<logical id>-<random>`. */
export function physicalName(
  { stackName, cloud }: Destination,
  properties: Properties,
  property: string,
  logicalId: string,
  longest: number,
): string {
  const given = properties[property];
  if (typeof given === 'string') return given;
  const suffix = hex(cloud.random, 12).toUpperCase();
  return `${`${stackName}-${logicalId}`.slice(0, longest - suffix.length - 1)}-${suffix}`;
}
