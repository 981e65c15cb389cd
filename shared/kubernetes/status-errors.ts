import type { V1Status } from '@kubernetes/client-node/dist/gen/models/V1Status.js';
import type { EvictionAnswer } from '../domain/eviction.ts';
import {
  AccessDeniedError,
  ApiThrottledError,
  ApiUnavailableError,
  ClusterUnreachableError,
  RequestRejectedError,
  type TaskError,
} from '../runtime/errors.ts';
import type { Wire } from './wire.ts';

export interface Answer {
  readonly code: number;
  readonly body: unknown;
  /** Seconds, from the Retry-After header. */
  readonly retryAfter: number | undefined;
}

/** The error for an answer that is no success; `what` says what was asked, as in `patch node ip-10-0-1-7`. */
export function errorOf({ code, body, retryAfter }: Answer, what: string): TaskError {
  const text = `${what}: ${code} ${statusOf(body).message ?? ''}`.trim();
  if (code === 429) return new ApiThrottledError(text, retryAfter);
  // 410: the list's `continue` token is too old, and the list has to be begun anew (API concepts, "Retrieving large results sets in chunks").
  if (code >= 500 || code === 410) return new ApiUnavailableError(text);
  if (code === 401 || code === 403) return new AccessDeniedError(text, [what]);
  return new RequestRejectedError(text);
}

/** The error for a request that got no answer. */
export function transportError(error: unknown, what: string): TaskError {
  const code = codeOf(error);
  const text = `${what}: ${code ?? String(error)}`;
  const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
  if (code !== undefined && unreachable.includes(code)) return new ClusterUnreachableError(text, { cause: error });
  return new ApiUnavailableError(text, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

/** What an eviction's answer means. Words and codes: kubernetes pkg/registry/core/pod/storage/eviction.go. */
export function evictionAnswer({ code, body, retryAfter }: Answer, what: string): EvictionAnswer {
  const status = statusOf(body);
  const message = status.message ?? `HTTP ${code}`;
  const causes = status.details?.causes?.map(({ reason }) => reason) ?? [];
  if (code < 300) return { kind: 'Evicted' };
  if (code === 404 || code === 409) return { kind: 'Gone' };
  if (code === 429 && causes.includes('DisruptionBudget')) {
    const detail = status.details?.causes?.find(({ reason }) => reason === 'DisruptionBudget')?.message ?? message;
    return retryAfter
      ? { kind: 'BudgetNotObserved', message: detail, retryAfterSeconds: retryAfter }
      : { kind: 'BudgetHolds', message: detail };
  }
  if (code === 500 && message.includes('more than one PodDisruptionBudget')) return { kind: 'SeveralBudgets', message };
  if (code === 403 && causes.includes('NamespaceTerminating')) return { kind: 'NamespaceTerminating', message };
  if (code === 429 || code >= 500) return { kind: 'Unavailable', message };
  // The disruption controller lags behind: "pod disruption budget has negative pod disruptions allowed" and "DisruptedPods map too big".
  if (code === 403 && /negative pod disruptions allowed|DisruptedPods map too big/.test(message)) {
    return { kind: 'BudgetNotObserved', message, retryAfterSeconds: 10 };
  }
  if (code === 401) throw errorOf({ code, body, retryAfter }, what);
  return { kind: 'Denied', message };
}

function statusOf(body: unknown): Wire<V1Status> {
  return typeof body === 'object' && body !== null ? body : {};
}
