import { notImplemented } from '../../aws/contract.ts';
import { spotResource } from './actions.ts';
import { checkLength, checkTags, invalid } from './check-text.ts';
import type { TargetInput } from './contract.ts';
import { filterReaders, selectionOf } from './targets.ts';

/** Throws for a target that FIS refuses (https://docs.aws.amazon.com/fis/latest/userguide/targets.html) or that is not here. */
export function checkTarget(name: string, target: TargetInput): void {
  const path = `targets.${name}`;
  checkLength(path, name, 64);
  const { resourceType, resourceArns = [], resourceTags = {}, parameters = {}, selectionMode } = target;
  if (resourceType !== spotResource) {
    const known = /^aws:[a-z0-9-]+:[a-z0-9-]+$/.test(resourceType);
    throw known
      ? notImplemented(`targets of type ${resourceType} of fis`)
      : invalid(`${path}: no type '${resourceType}'`);
  }
  // "You must specify at least one Amazon Resource Name (ARN) or at least one resource tag. You cannot specify both ARNs and tags":
  // API_CreateExperimentTemplateTargetInput.
  const tagged = Object.keys(resourceTags).length > 0;
  if (resourceArns.length > 0 === tagged) throw invalid(`${path} has either resourceArns or resourceTags`);
  checkTags(`${path}.resourceTags`, resourceTags);
  checkArns(path, resourceArns);
  checkFilters(path, target);
  // Parameters belong to other types of resources.
  if (Object.keys(parameters).length > 0) throw invalid(`${path}: ${spotResource} has no parameters`);
  if (!selectionOf(selectionMode)) throw invalid(`${path}: selectionMode '${selectionMode}'`);
}

function checkArns(path: string, arns: readonly string[]): void {
  // "Maximum number of 5 items": API_CreateExperimentTemplateTargetInput.
  if (arns.length > 5) throw invalid(`${path}.resourceArns has no more than 5 entries`);
  const wrong = arns.find((arn) => !/^arn:[a-z-]+:ec2:[a-z0-9-]+:\d{12}:instance\/i-[0-9a-f]+$/.test(arn));
  if (wrong !== undefined) throw invalid(`${path}: '${wrong}' is not the ARN of an instance`);
}

function checkFilters(path: string, { resourceArns = [], filters = [] }: TargetInput): void {
  // "You can't specify both a resource ID and a resource filter for the same target": user guide, "Targets".
  if (filters.length > 0 && resourceArns.length > 0) throw invalid(`${path} has either resourceArns or filters`);
  for (const { path: attribute, values } of filters) {
    checkLength(`${path}.filters`, attribute, 256);
    if (!Object.hasOwn(filterReaders, attribute)) throw notImplemented(`the filter '${attribute}' of fis`);
    for (const value of values) checkLength(`${path}.filters of ${attribute}`, value, 128);
  }
}
