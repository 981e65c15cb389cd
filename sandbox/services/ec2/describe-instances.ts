import type {
  DescribeInstanceAttributeRequest,
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
} from '@aws-sdk/client-ec2';
import { AwsError, account, notImplemented } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { checkFilters, instanceReaders, passes } from './filters.ts';
import type { FleetReader } from './fleet.ts';
import { type Instance, privateDnsName, stateCodes } from './instance.ts';
import { instancesById } from './select-instances.ts';

/** Pages of 5 to 1,000: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
const pageSizes = { least: 5, most: 1000 };

interface Selection {
  readonly InstanceIds?: readonly string[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** DescribeInstances: a reservation for each launch. */
export function describeInstances(fleet: FleetReader, input: DescribeInstancesRequest) {
  checkFilters(input.Filters);
  const chosen = select(fleet, input).filter((instance) => passes(instance, input.Filters ?? []));
  const { items, next } = page(chosen, input);
  return {
    Reservations: [...Map.groupBy(items, ({ reservationId }) => reservationId).values()].map(describeReservation),
    NextToken: next,
  };
}

/** DescribeInstanceStatus: running instances only, unless all are asked for. No events are ever scheduled and all checks pass. */
export function describeInstanceStatus(fleet: FleetReader, input: DescribeInstanceStatusRequest) {
  checkFilters(input.Filters);
  const { 'availability-zone': zone, 'instance-state-code': code, 'instance-state-name': name } = instanceReaders;
  const readers = Object.fromEntries(
    Object.entries({ 'availability-zone': zone, 'instance-state-code': code, 'instance-state-name': name }).flatMap(
      ([key, reader]) => (reader ? [[key, reader] as const] : []),
    ),
  );
  const chosen = select(fleet, input)
    .filter(({ state }) => input.IncludeAllInstances === true || state === 'running')
    .filter((instance) => passes(instance, input.Filters ?? [], readers));
  const { items, next } = page(chosen, input);
  return { InstanceStatuses: items.map(statusOf), NextToken: next };
}

/** DescribeInstanceAttribute: the only way to the user data of an instance. Throws for another attribute. */
export function describeInstanceAttribute(fleet: FleetReader, input: DescribeInstanceAttributeRequest) {
  if (input.Attribute !== 'userData') throw notImplemented(`the attribute '${input.Attribute}' of instances`);
  const [instance] = instancesById(fleet, [input.InstanceId ?? '']);
  const value = instance?.userData;
  return { InstanceId: input.InstanceId, UserData: value === undefined ? {} : { Value: value } };
}

/** Instances of one launch. */
export function describeReservation(instances: readonly Instance[]) {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: account,
    Groups: [],
    Instances: instances.map(describeInstance),
  };
}

/** The present or the former state as `{ Code, Name }`. */
export function stateOf(state: Instance['state']) {
  return { Code: stateCodes[state], Name: state };
}

/** An instance in the SDK's shape. Its addresses go when it ends, as NTH and others have found. */
function describeInstance(instance: Instance) {
  const ended = instance.state === 'shutting-down' || instance.state === 'terminated';
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType,
    State: stateOf(instance.state),
    StateTransitionReason: instance.stateTransitionReason,
    ...(instance.stateReason ? { StateReason: instance.stateReason } : {}),
    PrivateDnsName: ended ? '' : privateDnsName(instance),
    PublicDnsName: '',
    ...(ended
      ? {}
      : { PrivateIpAddress: instance.privateIp, SubnetId: instance.zone.subnetId, VpcId: instance.zone.vpcId }),
    LaunchTime: new Date(instance.launchTime),
    Placement: {
      AvailabilityZone: instance.zone.name,
      AvailabilityZoneId: instance.zone.id,
      GroupName: '',
      Tenancy: 'default',
    },
    Monitoring: { State: 'disabled' },
    Architecture: 'x86_64',
    AmiLaunchIndex: instance.launchIndex,
    ...(instance.clientToken !== undefined && { ClientToken: instance.clientToken }),
    ...(instance.spot ? { InstanceLifecycle: 'spot', SpotInstanceRequestId: instance.spotRequestId } : {}),
    Tags: Array.from(instance.tags, ([Key, Value]) => ({ Key, Value })),
  };
}

function statusOf(instance: Instance) {
  const running = instance.state === 'running';
  const check = {
    Status: running ? 'ok' : 'not-applicable',
    ...(running ? { Details: [{ Name: 'reachability', Status: 'passed' }] } : {}),
  };
  return {
    InstanceId: instance.instanceId,
    AvailabilityZone: instance.zone.name,
    InstanceState: stateOf(instance.state),
    InstanceStatus: check,
    SystemStatus: check,
  };
}

function select(fleet: FleetReader, { InstanceIds: ids = [], MaxResults: size }: Selection): Instance[] {
  if (ids.length === 0) return fleet.all();
  if (size !== undefined) {
    const message = 'The parameter instancesSet cannot be used with the parameter maxResults';
    throw new AwsError('InvalidParameterCombination', message);
  }
  return instancesById(fleet, ids);
}

function page(instances: readonly Instance[], { MaxResults: size, NextToken: token }: Selection) {
  if (size !== undefined && (size < pageSizes.least || size > pageSizes.most)) {
    const message = `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${pageSizes.least} and ${pageSizes.most}.`;
    throw new AwsError('InvalidParameterValue', message);
  }
  return pageOf(instances, size ?? pageSizes.most, token, 'InvalidNextToken');
}
