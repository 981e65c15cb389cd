import { AwsError } from '../aws/contract.ts';
import type { Random } from '../random.ts';
import type { AwsCall, Moment, Trouble } from './contract.ts';
import { pick, type Weighted } from './spells.ts';

/** What a spell at one service is like. */
export type AwsSpell = 'throttled' | 'failing' | 'losing' | 'silent' | 'slow' | 'contended' | 'denied';

export const awsSpells: Weighted<AwsSpell> = [
  ['throttled', 3],
  ['failing', 3],
  ['losing', 2],
  ['silent', 1],
  ['slow', 2],
  ['contended', 1],
  ['denied', 0.7],
];

type Refusal = readonly [code: string, status: number];

/** How each service says "slow down". Sources: the error shapes of the SDK, and EC2's and Auto Scaling's lists of common errors. */
const throttles: Readonly<Record<string, Refusal>> = {
  autoscaling: ['Throttling', 400],
  dynamodb: ['ThrottlingException', 400],
  ec2: ['RequestLimitExceeded', 503],
  eks: ['ThrottlingException', 429],
  events: ['ThrottlingException', 400],
  lambda: ['TooManyRequestsException', 429],
  sns: ['Throttled', 429],
  sqs: ['RequestThrottled', 403],
  ssm: ['ThrottlingException', 400],
  states: ['ThrottlingException', 400],
  sts: ['Throttling', 400],
};

/** How each service says that it is at fault. */
const faults: Readonly<Record<string, readonly Refusal[]>> = {
  autoscaling: [
    ['InternalFailure', 500],
    ['ServiceUnavailable', 503],
  ],
  dynamodb: [['InternalServerError', 500]],
  ec2: [
    ['InternalError', 500],
    ['Unavailable', 503],
  ],
  eks: [
    ['ServerException', 500],
    ['ServiceUnavailableException', 503],
  ],
  events: [['InternalException', 500]],
  ssm: [['InternalServerError', 500]],
};

/**
 * What operations say while somebody else works on the same thing: the errors of their API references that a later call does not meet
 * (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html, API_TerminateInstanceInAutoScalingGroup.html,
 * API_DescribeAutoScalingGroups.html; https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
const contentions: Readonly<Record<string, readonly Refusal[]>> = {
  'autoscaling:SetDesiredCapacity': [
    ['ScalingActivityInProgress', 400],
    ['ResourceContention', 500],
  ],
  'autoscaling:TerminateInstanceInAutoScalingGroup': [
    ['ScalingActivityInProgress', 400],
    ['ResourceContention', 500],
  ],
  'autoscaling:DescribeAutoScalingGroups': [['ResourceContention', 500]],
  'autoscaling:DescribeAutoScalingInstances': [['ResourceContention', 500]],
  'autoscaling:DescribeScalingActivities': [['ResourceContention', 500]],
  'lambda:Invoke': [['ResourceConflictException', 409]],
};

/** Somebody has changed a policy, or one of the organisation forbids it. In each protocol's own words, as in AWS's lists of common errors. */
const denials: Readonly<Record<string, Refusal>> = {
  autoscaling: ['AccessDenied', 403],
  ec2: ['UnauthorizedOperation', 403],
  eks: ['AccessDeniedException', 403],
  lambda: ['AccessDeniedException', 403],
  sns: ['AuthorizationError', 403],
};

const anyFault: readonly Refusal[] = [
  ['InternalFailure', 500],
  ['ServiceUnavailable', 503],
];

/** @returns what one call in such a spell meets; some spells are about a few operations only */
export function awsTrouble(
  spell: AwsSpell,
  { service, operation }: Pick<AwsCall, 'service' | 'operation'>,
  random: Random,
): Trouble<AwsError> | undefined {
  const moment: Moment = random() < 0.5 ? 'before' : 'after';
  if (spell === 'losing') return { kind: 'reset', moment };
  if (spell === 'silent') return { kind: 'hang', moment };
  if (spell === 'slow') return { kind: 'slow', milliseconds: Math.round(200 + random() * 7_800) };
  // A call that is refused has done nothing.
  const refuse = (given: Refusal): Trouble<AwsError> => ({ kind: 'error', error: refusal(given), moment: 'before' });
  if (spell === 'throttled') return refuse(throttles[service] ?? ['Throttling', 400]);
  if (spell === 'denied') return refuse(denials[service] ?? ['AccessDeniedException', 400]);
  if (spell === 'contended') {
    const choices = contentions[`${service}:${operation}`];
    return choices && refuse(oneOf(choices, random));
  }
  return { kind: 'error', error: refusal(oneOf(faults[service] ?? anyFault, random)), moment };
}

function oneOf(refusals: readonly Refusal[], random: Random): Refusal {
  return pick(
    random,
    refusals.map((each) => [each, 1] as const),
  );
}

function refusal([code, status]: Refusal): AwsError {
  return new AwsError(code, `${code}: the weather of the sandbox`, status);
}
