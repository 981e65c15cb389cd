import { AwsError, notImplemented } from '../../aws/contract.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import { checkActionId, durationParameter, interruptionDelay, spotTarget } from './actions.ts';
import { checkTarget } from './check-target.ts';
import { checkLength, checkTags, invalid } from './check-text.ts';
import type { ActionInput, TemplateInput } from './contract.ts';

/**
 * Quotas of one template; none can be raised: https://docs.aws.amazon.com/general/latest/gr/fis.html. Without `startAfter` all
 * actions of a template run in parallel.
 */
const most = { stopConditions: 5, parallelActions: 10 };

/**
 * Throws `ValidationException` for what FIS refuses, `ServiceQuotaExceededException` for too much, and `NotImplementedInSandbox` for what
 * would have no effect here. Lengths: https://docs.aws.amazon.com/fis/latest/APIReference/API_CreateExperimentTemplate.html
 */
export function checkTemplate(template: TemplateInput): void {
  const { description, roleArn, tags = {}, actions, targets = {} } = template;
  checkLength('clientToken', template.clientToken, 1_024);
  checkLength('description', description, 512);
  // The form of a role's ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  if (!/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) throw invalid(`roleArn '${roleArn}' is no role`);
  checkTags('tags', tags);
  checkOptions(template);
  checkStopConditions(template);
  for (const [name, target] of Object.entries(targets)) checkTarget(name, target);
  const named = Object.entries(actions);
  if (named.length === 0) throw invalid('an experiment template has at least one action');
  if (named.length > most.parallelActions) throw quota(`${most.parallelActions} parallel actions`);
  for (const [name, action] of named) checkAction(name, action, Object.keys(targets));
}

/** https://docs.aws.amazon.com/fis/latest/userguide/experiment-options.html */
function checkOptions({ experimentOptions: options = {} }: TemplateInput): void {
  const { accountTargeting = 'single-account', emptyTargetResolutionMode: mode = 'fail' } = options;
  if (accountTargeting === 'multi-account') throw notImplemented('multi-account experiments of fis');
  if (accountTargeting !== 'single-account') throw invalid(`accountTargeting '${accountTargeting}'`);
  if (mode !== 'fail' && mode !== 'skip') throw invalid(`emptyTargetResolutionMode '${mode}'`);
}

/** "Specify aws:cloudwatch:alarm [...] Specify none if there is no stop condition": API_CreateExperimentTemplateStopConditionInput. */
function checkStopConditions({ stopConditions }: TemplateInput): void {
  if (stopConditions.length === 0) throw notImplemented('an empty list of stop conditions of fis');
  if (stopConditions.length > most.stopConditions) throw quota(`${most.stopConditions} stop conditions`);
  for (const condition of stopConditions) {
    if (condition.source === 'aws:cloudwatch:alarm')
      throw notImplemented(`the stop condition ${condition.source} of fis`);
    if (condition.source !== 'none') throw invalid(`the source '${condition.source}' of a stop condition`);
    refuseOthers(condition, ['source'], 'stopConditions of fis');
  }
}

function checkAction(name: string, action: ActionInput, targetNames: readonly string[]): void {
  const path = `actions.${name}`;
  checkLength(path, name, 64);
  checkActionId(action.actionId, invalid(`${path}: there is no action '${action.actionId}'`));
  if ((action.startAfter ?? []).length > 0) throw notImplemented(`startAfter in ${path} of fis`);
  if (action.description !== undefined) checkLength(`${path}.description`, action.description, 512);
  const { [durationParameter]: duration, ...others } = action.parameters ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(`${path}: there is no parameter '${other}'`);
  if (duration === undefined) throw invalid(`${path}: the parameter '${durationParameter}' is missing`);
  if (interruptionDelay(duration) === undefined)
    throw invalid(`${path}: ${durationParameter} '${duration}' is no ISO 8601 duration from 2 to 15 minutes`);
  checkActionTargets(path, action, targetNames);
}

function checkActionTargets(path: string, { targets = {} }: ActionInput, targetNames: readonly string[]): void {
  const { [spotTarget]: named, ...others } = targets;
  const [other] = Object.keys(others);
  // The words: hashicorp/terraform-provider-aws issue 26501.
  if (other !== undefined) throw invalid(`${path}: Unexpected target "${other}" found in action`);
  if (named === undefined) throw invalid(`${path}: the target '${spotTarget}' is missing`);
  if (!targetNames.includes(named)) throw invalid(`${path}: the template has no target '${named}'`);
}

function quota(limit: string): AwsError {
  return new AwsError('ServiceQuotaExceededException', `An experiment template can have no more than ${limit}.`, 402);
}
