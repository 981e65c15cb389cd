import type { DescribeLaunchTemplatesRequest, DescribeLaunchTemplateVersionsRequest } from '@aws-sdk/client-ec2';
import { AwsError, account } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import type { SpotOptions } from './instance.ts';
import type { LaunchTemplate, LaunchTemplates } from './launch-templates.ts';

/** A page has at most 200 (API reference). */
const largestPage = 200;

/** The names of the only version of a template. */
export const versionNames: readonly string[] = ['1', '$Latest', '$Default'];

/** DescribeLaunchTemplates by name and id. */
export function describeLaunchTemplates(templates: LaunchTemplates, input: DescribeLaunchTemplatesRequest) {
  const named = [
    ...(input.LaunchTemplateIds ?? []).map((id) => templates.byId(id)),
    ...(input.LaunchTemplateNames ?? []).map((name) => templates.byName(name)),
  ];
  const chosen = named.length === 0 ? templates.all() : templates.all().filter((template) => named.includes(template));
  const { items, next } = pageOf(chosen, input.MaxResults ?? largestPage, input.NextToken, 'InvalidNextToken');
  return { LaunchTemplates: items.map(describeTemplate), NextToken: next };
}

/** DescribeLaunchTemplateVersions of one template, or of all whose latest or default version is asked for. */
export function describeVersions(templates: LaunchTemplates, input: DescribeLaunchTemplateVersionsRequest) {
  const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = [] } = input;
  if (id !== undefined && name !== undefined)
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameters launchTemplateName and launchTemplateId cannot be used together.',
    );
  const all = id === undefined && name === undefined;
  if (all && (versions.length === 0 || versions.includes('1')))
    throw new AwsError(
      'MissingParameter',
      'The request must contain the parameter launchTemplateName or launchTemplateId, or only the versions $Latest and $Default.',
    );
  const unknown = versions.find((version) => !versionNames.includes(version));
  if (unknown !== undefined)
    throw new AwsError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `The specified launch template version ${unknown} does not exist.`,
    );
  const chosen = all ? templates.all() : [id === undefined ? templates.byName(name ?? '') : templates.byId(id)];
  const { items, next } = pageOf(chosen, input.MaxResults ?? largestPage, input.NextToken, 'InvalidNextToken');
  return { LaunchTemplateVersions: items.map(describeVersion), NextToken: next };
}

/** A template in the shape of CreateLaunchTemplate. */
export function describeTemplate({ id, name, createdAt }: LaunchTemplate) {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    CreateTime: new Date(createdAt),
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
  };
}

function describeOptions({ type, behaviour }: SpotOptions) {
  return { SpotOptions: { SpotInstanceType: type, InstanceInterruptionBehavior: behaviour } };
}

function describeVersion(template: LaunchTemplate) {
  const { id, name, createdAt, imageId, instanceType, spot, spotOptions, tags, userData } = template;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    VersionNumber: 1,
    CreateTime: new Date(createdAt),
    CreatedBy: `arn:aws:iam::${account}:root`,
    DefaultVersion: true,
    LaunchTemplateData: {
      ImageId: imageId,
      InstanceType: instanceType,
      ...(spot && { InstanceMarketOptions: { MarketType: 'spot', ...(spotOptions && describeOptions(spotOptions)) } }),
      ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: 'instance', Tags }] }),
      ...(userData !== undefined && { UserData: userData }),
    },
  };
}
