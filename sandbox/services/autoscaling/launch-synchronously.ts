import type { LaunchInstancesRequest } from '@aws-sdk/client-auto-scaling';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError } from '../../aws/contract.ts';
import { uuid } from '../../random.ts';
import type { LaunchFailure } from '../../world/instances.ts';
import type { Zone } from '../../world/network.ts';
import { secondsOf } from './activities.ts';
import { capacity, type Group, type Member } from './group.ts';
import type { Groups } from './groups.ts';
import { failureOf } from './launch-failures.ts';
import { launchIn } from './launch-instance.ts';
import { type Choice, chooseLaunch, isPure } from './mixed-instances.ts';

/** "The actual instance count is limited to 100 instances per launch" (API reference). */
const mostInstances = 100;

/**
 * LaunchInstances: what can be launched at once is launched and named, what cannot is an error in the answer. Desired capacity grows by what
 * was launched, or by all with `retry-with-group-configuration`, which lets the group try the rest. A token gets the answer of its first call.
 * Sources: API reference; user guide, "Launch instances synchronously". The words of refusals are documented nowhere and ours.
 */
export function launchInstances(groups: Groups, tokens: ClientTokens, input: LaunchInstancesRequest) {
  const { ClientToken: given, AutoScalingGroupName: name = '', RequestedCapacity: wanted = 0 } = input;
  const group = groups.get(name);
  const token = given ?? uuid(groups.tools.random);
  if (!/^[A-Za-z0-9\-_/]{1,64}$/.test(token)) throw invalid(`The client token '${token}' is not valid.`);
  return tokens.once(`LaunchInstances ${name}`, token, input, () => {
    const zone = zoneOf(group, input);
    check(group, wanted);
    const { launched, failed } = launchAll(groups, group, zone, wanted);
    const retried = input.RetryStrategy === 'retry-with-group-configuration' ? failed.length : 0;
    group.desired += retried;
    if (retried > 0) groups.look(group);
    return {
      AutoScalingGroupName: name,
      ClientToken: token,
      Instances: byPool(launched),
      Errors: failed.map(({ choice, failure }) => ({ ...placeOf(zone, choice), ...errorOf(failure) })),
    };
  });
}

function check(group: Group, wanted: number): void {
  if (wanted < 1 || wanted > mostInstances) throw invalid(`RequestedCapacity ${wanted}: 1 to ${mostInstances}.`);
  if (group.suspended.has('Launch')) throw invalid(`The process Launch of ${group.name} is suspended.`);
  // "Mixed policies combining both On-Demand and Spot Instances are not supported."
  if (!isPure(group)) throw invalid(`${group.name} combines On-Demand and Spot Instances.`);
  if (group.desired + wanted > group.max)
    throw invalid(
      `${group.desired} and ${wanted} more instances are above the maximum of ${group.max} of ${group.name}.`,
    );
}

interface Failed {
  readonly choice: Choice;
  readonly failure: LaunchFailure;
}

function launchAll(groups: Groups, group: Group, zone: Zone, wanted: number) {
  const launched: Member[] = [];
  const failed: Failed[] = [];
  for (let index = 0; index < wanted; index += 1) {
    const choice = chooseLaunch(group);
    const failure = failureOf(group, zone);
    if (failure) {
      failed.push({ choice, failure });
      continue;
    }
    group.desired += 1;
    const size = capacity(group).length;
    const now = secondsOf(groups.tools.clock.now());
    const cause = `At ${now} a user request launched an instance synchronously, increasing the capacity from ${size} to ${size + 1}.`;
    launched.push(launchIn(groups.tools, group, { zone, cause, choice }));
  }
  return { launched, failed };
}

/** The one zone that is meant, by its name, its id or a subnet in it; the only one when none is named. */
function zoneOf(group: Group, input: LaunchInstancesRequest): Zone {
  const { AvailabilityZones: names = [], AvailabilityZoneIds: ids = [], SubnetIds: subnets = [] } = input;
  for (const list of [names, ids, subnets])
    if (list.length > 1) throw invalid('Only one Availability Zone or subnet can be specified.');
  if (names.length + ids.length > 1) throw invalid('Specify either AvailabilityZones or AvailabilityZoneIds.');
  const fits = ({ name, id, subnetId }: Zone) =>
    [names, ids, subnets].every((list, index) => list.length === 0 || list[0] === [name, id, subnetId][index]);
  const zones = group.zones.filter(fits);
  const [zone] = zones;
  if (!zone) throw invalid(`The Availability Zone or subnet is none of ${group.name}.`);
  if (zones.length > 1) throw invalid(`${group.name} has several Availability Zones: specify one of them or a subnet.`);
  return zone;
}

function byPool(launched: readonly Member[]) {
  const pools = Map.groupBy(launched, ({ instance }) => `${instance.instanceType} ${instance.spot}`);
  return [...pools.values()].map((members) => {
    const { zone, instanceType, spot } = (members[0] as Member).instance;
    return {
      ...placeOf(zone, { instanceType, spot }),
      InstanceIds: members.map(({ instance }) => instance.instanceId),
    };
  });
}

function placeOf({ name, id, subnetId }: Zone, { instanceType, spot }: Choice) {
  return {
    InstanceType: instanceType,
    MarketType: spot ? 'Spot' : 'OnDemand',
    SubnetId: subnetId,
    AvailabilityZone: name,
    AvailabilityZoneId: id,
  };
}

function errorOf({ code, message }: LaunchFailure) {
  return { ErrorCode: code, ErrorMessage: message };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
