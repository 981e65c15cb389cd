import { instanceArn } from '../../aws/arn.ts';
import type { Iam } from '../../aws/iam/iam.ts';
import type { Random } from '../../random.ts';
import type { World } from '../../world/contract.ts';
import type { Instance } from '../ec2/instance.ts';
import { durationParameter, interruptionDelay, spotTarget } from './actions.ts';
import { type Experiment, ExperimentFailure } from './contract.ts';
import { resolveTarget } from './targets.ts';

export interface InterruptionParts {
  readonly world: Pick<World, 'fleet' | 'experimentOnSpot'>;
  readonly roles: Iam;
  readonly random: Random;
}

/** What one action does to which instances; none when it is skipped. */
export interface Interruption {
  readonly action: string;
  readonly instances: readonly Instance[];
  /** Milliseconds until the end of the instances. */
  readonly before: number;
}

/**
 * "The maximum number of Spot Instances that aws:ec2:send-spot-instance-interruptions can target when you identify targets using tags, per
 * experiment": https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/initiate-a-spot-instance-interruption.html
 */
const mostTagged = 5;

/** Chooses the instances of every target, "before starting any of the actions" (user guide, "Targets"). Throws `ExperimentFailure`. */
export function planInterruptions(experiment: Experiment, parts: InterruptionParts): Interruption[] {
  const { given } = experiment.template;
  authorize(experiment, parts, 'ec2:DescribeInstances', ['*'], Object.keys(given.targets ?? {})[0] ?? '');
  const resolved = resolveTargets(experiment, parts);
  const plan = Object.entries(given.actions).map(([action, { targets = {}, parameters = {} }]) => ({
    action,
    instances: resolved.get(targets[spotTarget] ?? '') ?? [],
    before: interruptionDelay(parameters[durationParameter] ?? '') ?? 0,
  }));
  checkQuota(experiment, plan);
  return plan;
}

/** Throws `ExperimentFailure` for what keeps the experiment's role from interrupting these instances, before one of them is interrupted. */
export function checkInterruptions(
  experiment: Experiment,
  plan: readonly Interruption[],
  parts: InterruptionParts,
): void {
  const seen = new Set<string>();
  for (const { action, instances } of plan) {
    const arns = instances.map(({ instanceId }) => instanceArn(instanceId));
    authorize(experiment, parts, 'ec2:SendSpotInstanceInterruptions', arns, action);
    for (const { instanceId, state, interrupted } of instances) {
      // Instances that have ended fail the experiment unless a filter leaves them out: aws-samples/aws-eda-slurm-cluster issue 7.
      if (state !== 'running')
        throw new ExperimentFailure('InvalidTarget', action, `${instanceId} is ${state}, not running.`);
      if (interrupted)
        throw new ExperimentFailure('InvalidTarget', action, `${instanceId} is being interrupted already.`);
      // "AWS FIS can select the same resource multiple times" (user guide, "Targets"); nothing says what this action makes of it.
      if (seen.has(instanceId))
        throw new ExperimentFailure('NotImplementedInSandbox', action, `${instanceId} is a target of two actions.`);
      seen.add(instanceId);
    }
  }
}

function resolveTargets(
  { template: { given } }: Experiment,
  { world, random }: InterruptionParts,
): Map<string, Instance[]> {
  const all = world.fleet.all();
  const skips = given.experimentOptions?.emptyTargetResolutionMode === 'skip';
  return new Map(
    Object.entries(given.targets ?? {}).map(([name, target]) => {
      try {
        return [name, resolveTarget(name, target, all, random)];
      } catch (error) {
        // "Actions with targets that are defined using unique identifiers, such as ARNs, cannot be skipped":
        // https://docs.aws.amazon.com/fis/latest/userguide/experiment-options.html
        const empty = error instanceof ExperimentFailure && error.code === 'InvalidTarget' && !target.resourceArns;
        if (empty && skips) return [name, []];
        throw error;
      }
    }),
  );
}

function checkQuota({ template: { given } }: Experiment, plan: readonly Interruption[]): void {
  const tagged = plan.filter(({ action }) => {
    const target = given.actions[action]?.targets?.[spotTarget] ?? '';
    return given.targets?.[target]?.resourceTags !== undefined;
  });
  const count = tagged.reduce((sum, { instances }) => sum + instances.length, 0);
  if (count <= mostTagged) return;
  const reason = `${count} Spot instances are identified by tags, more than ${mostTagged}.`;
  throw new ExperimentFailure('QuotaExceededFailure', tagged[0]?.action ?? '', reason);
}

/**
 * A role of the deployed template needs the action's documented permissions. Every other role is a person's, whose rights the sandbox does not
 * know: it may do everything, as the person may.
 */
function authorize(
  { id, template }: Experiment,
  { roles, world }: InterruptionParts,
  action: string,
  resources: readonly string[],
  location: string,
): void {
  const { roleArn } = template.given;
  if (!roles.knows(roleArn)) return;
  const keysOf = Object.fromEntries(world.fleet.all().map((each) => [instanceArn(each.instanceId), tagKeys(each)]));
  const refusal = roles.refusal({ kind: 'role', roleArn, sessionName: id }, { action, resources, keysOf });
  if (refusal !== undefined) throw new ExperimentFailure('AuthorizationFailure', location, refusal);
}

function tagKeys({ tags }: Instance): Record<string, string> {
  return Object.fromEntries(
    [...tags].flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );
}
