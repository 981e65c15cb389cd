import { AwsError } from '../../aws/contract.ts';
import { wildcard } from '../../aws/iam/policy.ts';
import { type Instance, privateDnsName, stateCodes } from './instance.ts';

export interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** Of all filters of a call together. The words: apache/druid pull request 1954, gjbae1212/gossm issue 47. */
const mostValues = 200;

/** Throws `FilterLimitExceeded`. */
export function checkFilters(filters: readonly Filter[] | undefined): void {
  const values = (filters ?? []).flatMap(({ Values = [] }) => Values);
  if (values.length > mostValues)
    throw new AwsError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${mostValues}`,
    );
  // The words: ansible-collections/amazon.aws issue 2393.
  if (values.some(({ length }) => length > 255))
    throw new AwsError('FilterLimitExceeded', 'The maximum length for a filter value is 255 characters');
}

type Reader = (instance: Instance) => readonly string[];

/** Values that `DescribeInstances` filters look at. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const instanceReaders: Readonly<Record<string, Reader>> = {
  'availability-zone': ({ zone }) => [zone.name],
  'availability-zone-id': ({ zone }) => [zone.id],
  'client-token': ({ clientToken }) => (clientToken === undefined ? [] : [clientToken]),
  'image-id': ({ imageId }) => [imageId],
  'instance-id': ({ instanceId }) => [instanceId],
  'instance-lifecycle': ({ spot }) => (spot ? ['spot'] : []),
  'instance-state-code': ({ state }) => [String(stateCodes[state])],
  'instance-state-name': ({ state }) => [state],
  'instance-type': ({ instanceType }) => [instanceType],
  'private-dns-name': (instance) => [privateDnsName(instance)],
  'private-ip-address': ({ privateIp }) => [privateIp],
  'reservation-id': ({ reservationId }) => [reservationId],
  'spot-instance-request-id': ({ spotRequestId }) => (spotRequestId ? [spotRequestId] : []),
  'state-reason-code': ({ stateReason }) => (stateReason ? [stateReason.Code] : []),
  'subnet-id': ({ zone }) => [zone.subnetId],
  'tag-key': ({ tags }) => [...tags.keys()],
};

/** Is the instance in the answer? Values of one filter are alternatives, all filters must hold; `*` and `?` are wildcards. */
export function passes(
  instance: Instance,
  filters: readonly Filter[],
  readers: Readonly<Record<string, Reader>> = instanceReaders,
): boolean {
  return filters.every(({ Name = '', Values = [] }) => {
    const given = readerOf(Name, readers)(instance);
    return Values.some((pattern) => given.some((value) => wildcard(pattern, value)));
  });
}

function readerOf(name: string, readers: Readonly<Record<string, Reader>>): Reader {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader) return reader;
  if (name.startsWith('tag:')) {
    return ({ tags }) => {
      const value = tags.get(name.slice('tag:'.length));
      return value === undefined ? [] : [value];
    };
  }
  throw new AwsError('NotImplementedInSandbox', `The sandbox does not implement the filter '${name}'.`, 501);
}
