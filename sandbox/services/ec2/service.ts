import type {
  CancelSpotInstanceRequestsRequest,
  CreateLaunchTemplateRequest,
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeAvailabilityZonesRequest,
  DescribeInstanceAttributeRequest,
  RunInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { instanceArn } from '../../aws/arn.ts';
import { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, type CallContext, type CallFacts, region, type Service } from '../../aws/contract.ts';
import type { Networks } from '../../world/networks.ts';
import type { ViewOf } from '../../world/past.ts';
import { describeInstanceAttribute, describeInstanceStatus, describeInstances, stateOf } from './describe-instances.ts';
import { describeLaunchTemplates, describeTemplate, describeVersions } from './describe-launch-templates.ts';
import { describeSubnets, describeZones } from './describe-places.ts';
import { cancelSpotRequests, describeSpotRequests } from './describe-spot-requests.ts';
import type { Fleet } from './fleet.ts';
import type { Instance } from './instance.ts';
import type { LaunchTemplates } from './launch-templates.ts';
import { runInstances } from './run-instances.ts';
import { instancesById } from './select-instances.ts';
import type { SpotRequests } from './spot-requests.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

const listing = ['Filters', 'MaxResults', 'NextToken'];

/** Members that take effect. */
const uses = {
  DescribeInstances: ['InstanceIds', ...listing],
  DescribeInstanceStatus: ['InstanceIds', 'IncludeAllInstances', ...listing],
  DescribeTags: listing,
  DescribeInstanceAttribute: ['InstanceId', 'Attribute'],
  CreateTags: ['Resources', 'Tags'],
  DeleteTags: ['Resources', 'Tags'],
  RunInstances: [
    'ImageId',
    'InstanceType',
    'MinCount',
    'MaxCount',
    'SubnetId',
    'Placement',
    'InstanceMarketOptions',
    'TagSpecifications',
    'UserData',
    'ClientToken',
  ],
  TerminateInstances: ['InstanceIds'],
  StopInstances: ['InstanceIds'],
  StartInstances: ['InstanceIds'],
  DescribeSpotInstanceRequests: ['SpotInstanceRequestIds', ...listing],
  CancelSpotInstanceRequests: ['SpotInstanceRequestIds'],
  DescribeAvailabilityZones: ['ZoneNames'],
  DescribeSubnets: ['SubnetIds'],
  DescribeRegions: [],
  CreateLaunchTemplate: ['LaunchTemplateName', 'LaunchTemplateData', 'ClientToken'],
  DescribeLaunchTemplateVersions: ['LaunchTemplateId', 'LaunchTemplateName', 'Versions', 'MaxResults', 'NextToken'],
  DescribeLaunchTemplates: ['LaunchTemplateIds', 'LaunchTemplateNames', 'MaxResults', 'NextToken'],
};

export interface Ec2Parts {
  readonly fleet: Fleet;
  readonly templates: LaunchTemplates;
  readonly networks: Networks;
  readonly requests: SpotRequests;
  /** What a caller's reads show. */
  readonly viewOf: ViewOf;
}

/** Amazon EC2: instances, Spot requests, tags and launch templates. */
export function ec2Service({ fleet, templates, networks, requests, viewOf }: Ec2Parts): Service {
  const seen = (context: CallContext) => viewOf('ec2', context).fleet;
  const tokens = new ClientTokens(otherParameters);
  return {
    name: 'ec2',
    uses,
    facts: (_operation, input) => factsOf(fleet, input),
    operations: {
      ...instanceOperations(fleet, requests, tokens),
      ...templateOperations(templates, tokens),
      DescribeInstances: (input: object, context) => describeInstances(seen(context), input),
      DescribeInstanceStatus: (input: object, context) => describeInstanceStatus(seen(context), input),
      DescribeTags: (input: object, context) => describeTags(seen(context), input),
      CreateTags: (input: CreateTagsRequest) => createTags(fleet, input),
      DeleteTags: (input: DeleteTagsRequest) => deleteTags(fleet, input),
      DescribeAvailabilityZones: (input: DescribeAvailabilityZonesRequest) => describeZones(input),
      DescribeSubnets: (input: object) => describeSubnets(networks, input),
      DescribeRegions: () => ({
        Regions: [{ RegionName: region, Endpoint: `ec2.${region}.amazonaws.com`, OptInStatus: 'opt-in-not-required' }],
      }),
    },
  };
}

function instanceOperations(fleet: Fleet, requests: SpotRequests, tokens: ClientTokens): Service['operations'] {
  const change = (ids: readonly string[] | undefined, act: Act, check?: Act) => {
    const chosen = instancesById(fleet, ids ?? []);
    // One instance that cannot be changed keeps all the others as they are.
    if (check) for (const instance of chosen) check(instance);
    return chosen.map((instance) => changeState(instance, act));
  };
  return {
    DescribeInstanceAttribute: (input: DescribeInstanceAttributeRequest) => describeInstanceAttribute(fleet, input),
    RunInstances: (input: RunInstancesRequest) => runInstances(fleet, tokens, input),
    TerminateInstances: ({ InstanceIds: ids }: TerminateInstancesRequest) => ({
      TerminatingInstances: change(ids, (instance) => fleet.terminate(instance)),
    }),
    StopInstances: ({ InstanceIds: ids }: StopInstancesRequest) => ({
      StoppingInstances: change(
        ids,
        (instance) => fleet.stop(instance),
        (instance) => requests.checkStop(instance),
      ),
    }),
    StartInstances: ({ InstanceIds: ids }: StartInstancesRequest) => ({
      StartingInstances: change(
        ids,
        (instance) => fleet.start(instance),
        (instance) => requests.checkStart(instance),
      ),
    }),
    DescribeSpotInstanceRequests: (input: object) => describeSpotRequests(requests, input),
    CancelSpotInstanceRequests: (input: CancelSpotInstanceRequestsRequest) => cancelSpotRequests(requests, input),
  };
}

function templateOperations(templates: LaunchTemplates, tokens: ClientTokens): Service['operations'] {
  return {
    CreateLaunchTemplate: (input: CreateLaunchTemplateRequest) => ({
      LaunchTemplate: describeTemplate(templates.create(tokens, input)),
    }),
    DescribeLaunchTemplates: (input: object) => describeLaunchTemplates(templates, input),
    DescribeLaunchTemplateVersions: (input: object) => describeVersions(templates, input),
  };
}

/** Its words: rust-lang/bors issue 830. */
function otherParameters(): AwsError {
  const message = 'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).';
  return new AwsError('IdempotentParameterMismatch', message);
}

type Act = (instance: Instance) => void;

function changeState(instance: Instance, act: Act) {
  const previous = instance.state;
  act(instance);
  return {
    InstanceId: instance.instanceId,
    PreviousState: stateOf(previous),
    CurrentState: stateOf(instance.state),
  };
}

/** Tags count for a call on several instances only where all of them have them: IAM asks for each instance by itself. */
function factsOf(fleet: Fleet, input: Readonly<Record<string, unknown>>): CallFacts {
  const named = input['InstanceIds'] ?? input['Resources'] ?? input['InstanceId'] ?? [];
  const ids = [named as string | readonly string[]].flat();
  if (ids.length === 0) return {};
  const found = ids.flatMap((id) => fleet.find(id) ?? []);
  const common = [...(found[0]?.tags ?? [])].filter(
    ([key, value]) => found.length === ids.length && found.every(({ tags }) => tags.get(key) === value),
  );
  const keys = common.flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`ec2:ResourceTag/${key}`, value] as const,
  ]);
  return { resources: ids.map(instanceArn), keys: Object.fromEntries(keys) };
}
