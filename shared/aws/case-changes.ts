import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Case, type CaseNews, leaseLength } from '../domain/case.ts';

type Row = Record<string, AttributeValue>;

/** Rows outlive their work by this long, for questions and duplicates. Seconds. */
const keepFor = 7 * 86_400;

/** A conditional change of one case. */
export interface Change {
  readonly update: string;
  readonly condition: string;
  readonly values: Row;
  readonly names?: Record<string, string>;
}

/** DynamoDB reserves these words. */
const stateName = { '#state': 'state' };

export function opening(news: CaseNews, holder: string | null, now: number): Change {
  const deadline = news.deadline === null ? '' : ', deadline = :deadline';
  const held = holder === null ? '' : ', holder = :holder, leaseUntil = :lease';
  const removed = [news.deadline === null ? 'deadline' : '', holder === null ? 'holder, leaseUntil' : '']
    .filter(Boolean)
    .join(', ');
  return {
    update:
      `SET #state = :open, #cluster = :cluster, openedAt = :now, cause = :cause, forced = :forced, expiresAt = :expires, ` +
      `generation = if_not_exists(generation, :zero) + :one${deadline}${held}${removed === '' ? '' : ` REMOVE ${removed}`}`,
    condition: 'attribute_not_exists(id) OR #state = :closed',
    names: { ...stateName, '#cluster': 'cluster' },
    values: {
      ':open': { S: 'Open' },
      ':closed': { S: 'Closed' },
      ':cluster': { S: news.cluster },
      ':now': { N: String(now) },
      ':cause': { S: news.cause },
      ':forced': { BOOL: news.forced },
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':expires': expiry(now).expiresAt,
      ...(news.deadline !== null && { ':deadline': { N: String(news.deadline) } }),
      ...(holder !== null && { ':holder': { S: holder }, ...lease(now) }),
    },
  };
}

/** A deadline only ever comes forward, and a voluntary case only ever becomes forced. */
export function tightening(news: CaseNews): Change {
  const deadline = String(news.deadline ?? Number.MAX_SAFE_INTEGER);
  return {
    update: 'SET forced = :yes, cause = :cause, deadline = :deadline',
    condition: '#state = :open AND (forced = :no OR attribute_not_exists(deadline) OR deadline > :deadline)',
    names: stateName,
    values: {
      ':open': { S: 'Open' },
      ':yes': { BOOL: true },
      ':no': { BOOL: false },
      ':cause': { S: news.cause },
      ':deadline': { N: deadline },
    },
  };
}

export function claiming(execution: string, now: number): Change {
  return {
    update: 'SET holder = :me, leaseUntil = :lease',
    condition: '#state = :open AND (attribute_not_exists(holder) OR holder = :me OR leaseUntil <= :now)',
    names: stateName,
    values: { ':open': { S: 'Open' }, ':me': { S: execution }, ':now': { N: String(now) }, ...lease(now) },
  };
}

/** As claiming, but never takes the case from another holder. */
export function renewing(execution: string, now: number): Change {
  return {
    update: 'SET holder = :me, leaseUntil = :lease',
    condition: '#state = :open AND (attribute_not_exists(holder) OR holder = :me)',
    names: stateName,
    values: { ':open': { S: 'Open' }, ':me': { S: execution }, ...lease(now) },
  };
}

export function abandoning({ generation, holder }: Case, now: number): Change {
  const same = holder === null ? 'attribute_not_exists(holder)' : 'holder = :holder';
  return {
    update: `SET generation = :next, openedAt = :now${holder === null ? '' : ', leaseUntil = :zero'}`,
    condition: `#state = :open AND generation = :generation AND ${same}`,
    names: stateName,
    values: {
      ':open': { S: 'Open' },
      ':generation': { N: String(generation) },
      ':next': { N: String(generation + 1) },
      ':now': { N: String(now) },
      ...(holder !== null && { ':holder': { S: holder }, ':zero': { N: '0' } }),
    },
  };
}

export function closing(execution: string, outcome: string, now: number): Change {
  return {
    update: 'SET #state = :closed, outcome = :outcome, closedAt = :now, expiresAt = :expires',
    condition: '#state = :open AND holder = :me',
    names: stateName,
    values: {
      ':open': { S: 'Open' },
      ':closed': { S: 'Closed' },
      ':me': { S: execution },
      ':outcome': { S: outcome },
      ':now': { N: String(now) },
      ':expires': expiry(now).expiresAt,
    },
  };
}

function lease(now: number): Row {
  return { ':lease': { N: String(now + leaseLength) } };
}

/** When DynamoDB may forget a row. */
export function expiry(now: number) {
  return { expiresAt: { N: String(Math.floor(now / 1_000) + keepFor) } };
}
