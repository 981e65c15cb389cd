import type { Random } from '../random.ts';
import type { KubernetesRefusal, KubernetesRequest, Moment, Trouble } from './contract.ts';
import { pick, type Weighted } from './spells.ts';

/** What a spell at one API server is like. */
export type KubernetesSpell = 'away' | 'failing' | 'losing' | 'busy' | 'silent' | 'slow' | 'webhook' | 'conflicts';

export const kubernetesSpells: Weighted<KubernetesSpell> = [
  ['away', 3],
  ['failing', 3],
  ['losing', 2],
  ['busy', 3],
  ['silent', 1],
  ['slow', 3],
  ['webhook', 2],
  ['conflicts', 1],
];

const writes = new Set(['create', 'update', 'patch', 'delete']);

const failures: Weighted<KubernetesRefusal> = [
  [{ status: 500, reason: 'InternalError', message: 'Internal error occurred: etcdserver: request timed out' }, 2],
  [{ status: 503, reason: 'ServiceUnavailable', message: 'apiserver is shutting down' }, 2],
  [{ status: 504, reason: 'Timeout', message: 'Timeout: request did not complete within requested timeout' }, 1],
];

/** Of a load balancer in front, or of a server that has just begun: a list is not there. */
const notFound: KubernetesRefusal = {
  status: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
};

/** The words of a webhook that refuses, and of an API server that cannot reach it (k8s.io/apiserver/pkg/admission/plugin/webhook). */
const admission: Weighted<KubernetesRefusal> = [
  [
    { status: 403, reason: 'Forbidden', message: 'admission webhook "policy.example.com" denied the request: not now' },
    2,
  ],
  [
    {
      status: 422,
      reason: 'Invalid',
      message: 'admission webhook "policy.example.com" denied the request: not like this',
    },
    1,
  ],
  [
    {
      status: 500,
      reason: 'InternalError',
      message: 'Internal error occurred: failed calling webhook "policy.example.com": context deadline exceeded',
    },
    2,
  ],
];

const conflict: KubernetesRefusal = {
  status: 409,
  reason: 'Conflict',
  message:
    'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
};

const expired: KubernetesRefusal = {
  status: 410,
  reason: 'Expired',
  message: 'The provided continue parameter is too old to display a consistent list result.',
};

/** @returns what one request in such a spell meets; some spells are about writes only */
export function kubernetesTrouble(
  spell: KubernetesSpell,
  { verb, continued }: Pick<KubernetesRequest, 'verb' | 'continued'>,
  random: Random,
): Trouble<KubernetesRefusal> | undefined {
  const moment: Moment = random() < 0.5 ? 'before' : 'after';
  const refuse = (error: KubernetesRefusal): Trouble<KubernetesRefusal> => ({ kind: 'error', error, moment: 'before' });
  if (spell === 'away') return { kind: 'reset', moment: 'before' };
  if (spell === 'losing') return { kind: 'reset', moment };
  if (spell === 'silent') return { kind: 'hang', moment };
  if (spell === 'slow') return { kind: 'slow', milliseconds: Math.round(500 + random() * 8_500) };
  if (spell === 'busy') return refuse(busy(random));
  if (spell === 'failing' && verb === 'list' && random() < 0.1) return refuse(notFound);
  if (spell === 'failing') return continued && random() < 0.5 ? refuse(expired) : refuse(pick(random, failures));
  if (!writes.has(verb)) return undefined;
  return refuse(spell === 'webhook' ? pick(random, admission) : conflict);
}

/** Priority and fairness says after how long to come back, proxies before the server do not. */
function busy(random: Random): KubernetesRefusal {
  const refusal = { status: 429, reason: 'TooManyRequests', message: 'too many requests, please try again later' };
  return random() < 0.5 ? { ...refusal, retryAfterSeconds: 1 + Math.floor(random() * 5) } : refusal;
}
