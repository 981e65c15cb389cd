import { AwsError } from '../../aws/contract.ts';
import type { FleetReader } from './fleet.ts';
import type { Instance } from './instance.ts';

/** The instances by their ids. Throws `InvalidInstanceID.Malformed` and `InvalidInstanceID.NotFound` in EC2's words. */
export function instancesById(fleet: FleetReader, ids: readonly string[]): Instance[] {
  for (const id of ids) {
    // Ids have 8 or 17 digits: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
    if (!/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
      throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    }
  }
  const missing = ids.filter((id) => !fleet.find(id));
  if (missing.length > 0) {
    const [noun, verb] = missing.length === 1 ? ['ID', 'does'] : ['IDs', 'do'];
    throw new AwsError('InvalidInstanceID.NotFound', `The instance ${noun} '${missing.join(', ')}' ${verb} not exist`);
  }
  return ids.flatMap((id) => fleet.find(id) ?? []);
}
