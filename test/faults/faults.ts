import type { KubernetesRefusal, Trouble } from '../../sandbox/weather/contract.ts';
import { type AwsStatus, awsError } from './aws-errors.ts';
import type { Call } from './calls.ts';
import type { Plan } from './planned-sky.ts';

type AnyTrouble = Plan['trouble'];

/** One column of the table. */
interface Fault {
  /** For how long calls of the kind meet it, from the first one on; 0 is the first one alone. Milliseconds. */
  readonly lasts: number;
  trouble(call: Call): AnyTrouble | undefined;
}

/** Shorter than a Spot instance has, and longer than what is repeated within one call. Milliseconds. */
const row = 20_000;
/** Less than the product gives a call: 3 s for one of AWS (shared/aws/clients.ts), 10 s for one of a cluster (shared/kubernetes/connection.ts). */
const slow = { aws: 2_500, kubernetes: 9_000 };

/** A status by the name under which AWS says it, and with the reason that Kubernetes gives. */
const status = (code: AwsStatus, refusal: KubernetesRefusal, lasts = 0): Fault => ({
  lasts,
  trouble: (call) => (isKubernetes(call) ? refused(refusal) : fails(call, code)),
});

/** A status that only Kubernetes has. */
const kubernetesStatus = (refusal: KubernetesRefusal, lasts = 0): Fault => ({
  lasts,
  trouble: (call) => (isKubernetes(call) ? refused(refusal) : undefined),
});

const always = (trouble: AnyTrouble, lasts = 0): Fault => ({ lasts, trouble: () => trouble });

const busy: KubernetesRefusal = {
  status: 429,
  reason: 'TooManyRequests',
  message: 'too many requests, please try again later',
};

/** Every fault, by its name in the table. */
const faults = {
  timeout: always({ kind: 'hang', moment: 'before' }, row),
  'reset before': always({ kind: 'reset', moment: 'before' }),
  'reset after': {
    lasts: 0,
    // A state machine has no connection: what is lost to it is an answer of the service.
    trouble: (call) => (isOfMachine(call) ? fails(call, '500', 'after') : { kind: 'reset', moment: 'after' }),
  },
  '400': status('400', {
    status: 400,
    reason: 'BadRequest',
    message: 'the server rejected our request for an unknown reason',
  }),
  '403': status('403', {
    status: 403,
    reason: 'Forbidden',
    message: 'admission webhook "policy.example.com" denied the request: not now',
  }),
  '404': status('404', {
    status: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  }),
  '409': status('409', {
    status: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  }),
  '410': kubernetesStatus({
    status: 410,
    reason: 'Expired',
    message: 'The resourceVersion for the provided list is too old.',
  }),
  '422': kubernetesStatus({
    status: 422,
    reason: 'Invalid',
    message: 'admission webhook "policy.example.com" denied the request: not like this',
  }),
  '429': status('429', busy, row),
  '429 with Retry-After': kubernetesStatus({ ...busy, retryAfterSeconds: 5 }, row),
  '500': status('500', {
    status: 500,
    reason: 'InternalError',
    message: 'Internal error occurred: etcdserver: request timed out',
  }),
  '503': status('503', { status: 503, reason: 'ServiceUnavailable', message: 'apiserver is shutting down' }, row),
  slow: {
    lasts: row,
    trouble: (call) => ({ kind: 'slow', milliseconds: isKubernetes(call) ? slow.kubernetes : slow.aws }),
  },
  'empty answer': always({ kind: 'empty' }),
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as readonly FaultName[];

/** A rule by which cells are left out: what makes no sense is not run, and is counted. */
interface Rule {
  readonly says: string;
  leavesOut(call: Call, fault: FaultName): boolean;
}

export const rules: readonly Rule[] = [
  {
    says: 'AWS answers neither 410 nor 422, and no Retry-After',
    leavesOut: (call, fault) => !isKubernetes(call) && ['410', '422', '429 with Retry-After'].includes(fault),
  },
  {
    says: 'a state machine calls from inside of AWS: it has no connection to lose, no time limit of ours, and no proxy that empties an answer',
    leavesOut: (call, fault) => isOfMachine(call) && ['timeout', 'reset before', 'empty answer'].includes(fault),
  },
  {
    says: 'a read conflicts with nobody, and nothing in it can be invalid',
    leavesOut: (call, fault) => isRead(call) && ['409', '422'].includes(fault),
  },
  {
    says: 'only a list can be too old',
    leavesOut: ({ what }, fault) => fault === '410' && !what.startsWith('kubernetes list '),
  },
  {
    says: 'the answer of SetDesiredCapacity is always empty',
    leavesOut: ({ what }, fault) => fault === 'empty answer' && what === 'autoscaling:SetDesiredCapacity',
  },
  {
    says: 'the service has no such error: it says so with its 400',
    leavesOut: (call, fault) => faults[fault].trouble(call) === undefined,
  },
];

/** What a call meets under a fault; throws when a rule leaves it out. */
export function planOf(call: Call, name: FaultName): Plan {
  const fault: Fault = faults[name];
  const trouble = fault.trouble(call);
  if (!trouble) throw new Error(`${call.what} cannot meet '${name}'`);
  return { call, lasts: fault.lasts, trouble };
}

export function isKubernetes({ what }: Call): boolean {
  return what.startsWith('kubernetes ');
}

function isOfMachine({ who }: Call): boolean {
  return who.startsWith('machine ');
}

function isRead({ what }: Call): boolean {
  return /^kubernetes (get|list|create selfsubject)|:(Describe|Get|BatchGet|Query|List|Receive)/.test(what);
}

function refused(error: KubernetesRefusal): Trouble<KubernetesRefusal> {
  return { kind: 'error', error, moment: 'before' };
}

function fails({ what }: Call, code: AwsStatus, moment: 'before' | 'after' = 'before'): AnyTrouble | undefined {
  const error = awsError(what.split(' ')[0] ?? '', code);
  return error && { kind: 'error', error, moment };
}
