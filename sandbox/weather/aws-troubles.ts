import { AwsError } from '../aws/contract.ts';
import type { Random } from '../random.ts';
import type { Moment, Trouble } from './contract.ts';
import { pick, type Weighted } from './spells.ts';

/** What a spell at one service is like. */
export type AwsSpell = 'throttled' | 'failing' | 'losing' | 'silent' | 'slow';

export const awsSpells: Weighted<AwsSpell> = [
  ['throttled', 3],
  ['failing', 3],
  ['losing', 2],
  ['silent', 1],
  ['slow', 2],
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

const anyFault: readonly Refusal[] = [
  ['InternalFailure', 500],
  ['ServiceUnavailable', 503],
];

/** @returns what one call in such a spell meets */
export function awsTrouble(spell: AwsSpell, service: string, random: Random): Trouble<AwsError> {
  const moment: Moment = random() < 0.5 ? 'before' : 'after';
  if (spell === 'losing') return { kind: 'reset', moment };
  if (spell === 'silent') return { kind: 'hang', moment };
  if (spell === 'slow') return { kind: 'slow', milliseconds: Math.round(200 + random() * 7_800) };
  // A throttled call has done nothing.
  if (spell === 'throttled')
    return { kind: 'error', error: refusal(throttles[service] ?? ['Throttling', 400]), moment: 'before' };
  const choices = (faults[service] ?? anyFault).map((fault) => [fault, 1] as const);
  return { kind: 'error', error: refusal(pick(random, choices)), moment };
}

function refusal([code, status]: Refusal): AwsError {
  return new AwsError(code, `${code}: the weather of the sandbox`, status);
}
