import type { CancelSpotInstanceRequestsRequest, DescribeSpotInstanceRequestsRequest } from '@aws-sdk/client-ec2';
import { AwsError, notImplemented } from '../../aws/contract.ts';
import { wildcard } from '../../aws/iam/policy.ts';
import { pageOf } from '../../aws/page.ts';
import { checkFilters, type Filter } from './filters.ts';
import type { SpotRequest, SpotRequests } from './spot-requests.ts';

/** Statuses in the words of the EC2 user guide, "Spot request status codes"; what has none there has its code. */
const messages: Readonly<Record<string, string>> = {
  fulfilled: 'Your Spot request is fulfilled.',
  'pending-evaluation': 'Your Spot request has been submitted for review, and is pending evaluation.',
  'pending-fulfillment': 'Amazon EC2 is trying to provision your Spot Instances.',
  'marked-for-stop': 'The Spot Instance is marked for stopping.',
  'instance-stopped-by-user': 'Your instance was stopped because a user stopped the instance.',
  'instance-stopped-no-capacity': 'Your instance was stopped due to EC2 capacity management needs.',
  'instance-terminated-by-user': 'Spot Instance terminated due to user-initiated termination.',
  'instance-terminated-by-service': 'Your instance was terminated from a stopped state.',
  'instance-terminated-no-capacity': 'Your instance was terminated due to standard capacity management processes.',
  'request-canceled-and-instance-running': 'You canceled the Spot request while the Spot Instances are still running.',
  'canceled-before-fulfillment': 'The user canceled the Spot request before it was fulfilled.',
};

type Reader = (request: SpotRequest) => string;

const readers: Readonly<Record<string, Reader>> = {
  'availability-zone': ({ instance }) => instance.zone.name,
  'instance-id': ({ instance }) => instance.instanceId,
  'launch.image-id': ({ instance }) => instance.imageId,
  'launch.instance-type': ({ instance }) => instance.instanceType,
  'launched-availability-zone': ({ instance }) => instance.zone.name,
  'spot-instance-request-id': ({ id }) => id,
  state: ({ state }) => state,
  'status-code': ({ code }) => code,
  type: ({ instance }) => instance.spotOptions?.type ?? 'one-time',
};

/** DescribeSpotInstanceRequests. */
export function describeSpotRequests(requests: SpotRequests, input: DescribeSpotInstanceRequestsRequest) {
  checkFilters(input.Filters);
  const chosen = requestsById(requests, input.SpotInstanceRequestIds ?? []).filter((request) =>
    (input.Filters ?? []).every((filter) => passes(request, filter)),
  );
  const { items, next } = pageOf(chosen, input.MaxResults ?? 1000, input.NextToken, 'InvalidNextToken');
  return { SpotInstanceRequests: items.map(describe), NextToken: next };
}

/** CancelSpotInstanceRequests: "Canceling a Spot Instance request does not terminate running Spot Instances" (API reference). */
export function cancelSpotRequests(requests: SpotRequests, input: CancelSpotInstanceRequestsRequest) {
  const chosen = requestsById(requests, input.SpotInstanceRequestIds ?? []);
  for (const request of chosen) requests.cancel(request);
  return {
    CancelledSpotInstanceRequests: chosen.map(({ id, state }) => ({ SpotInstanceRequestId: id, State: state })),
  };
}

/** All when no id is given. Throws `InvalidSpotInstanceRequestID.NotFound`, whose words are those of terraform-provider-aws issue 1461 and others. */
function requestsById(requests: SpotRequests, ids: readonly string[]): SpotRequest[] {
  const all = requests.all();
  const missing = ids.find((id) => !all.some((request) => request.id === id));
  if (missing !== undefined)
    throw new AwsError(
      'InvalidSpotInstanceRequestID.NotFound',
      `The spot instance request ID '${missing}' does not exist`,
    );
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
}

function passes(request: SpotRequest, { Name = '', Values = [] }: Filter): boolean {
  const reader = Object.hasOwn(readers, Name) ? readers[Name] : undefined;
  if (!reader) throw notImplemented(`the filter '${Name}'`);
  return Values.some((pattern) => wildcard(pattern, reader(request)));
}

function describe({ id, createdAt, instance, state, code, updatedAt }: SpotRequest) {
  const { zone, spotOptions } = instance;
  return {
    SpotInstanceRequestId: id,
    Type: spotOptions?.type ?? 'one-time',
    InstanceInterruptionBehavior: spotOptions?.behaviour ?? 'terminate',
    State: state,
    Status: { Code: code, Message: messages[code] ?? code, UpdateTime: new Date(updatedAt) },
    CreateTime: new Date(createdAt),
    InstanceId: instance.instanceId,
    LaunchedAvailabilityZone: zone.name,
    ProductDescription: 'Linux/UNIX',
    LaunchSpecification: {
      ImageId: instance.imageId,
      InstanceType: instance.instanceType,
      Placement: { AvailabilityZone: zone.name },
      SubnetId: zone.subnetId,
    },
    Tags: [],
  };
}
