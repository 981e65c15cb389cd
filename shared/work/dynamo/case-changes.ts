import { type Case, type CaseNews, leaseLength } from '../../domain/case.ts';
import type { Tightening } from '../case-rules.ts';
import type { Change } from './change.ts';
import { caseIsKept, expiresAt } from './expiry.ts';

/** Opens a case for a subject that has none or a closed one; its own write, repeated, does not open it again. */
export function opening(news: CaseNews, holder: string | null, now: number): Change {
  return {
    set: {
      state: 'Open',
      cluster: news.cluster,
      cause: news.cause,
      interrupted: news.interrupted,
      endsAt: news.endsAt ?? undefined,
      openedAt: now,
      holder: holder ?? undefined,
      leaseUntil: holder === null ? undefined : now + leaseLength,
      closedAt: undefined,
      outcome: undefined,
      ...kept(now),
    },
    count: 'generation',
    condition: 'attribute_not_exists(pk) OR (#state = :closed AND #openToken <> :openToken)',
    values: { closed: 'Closed' },
    token: 'openToken',
  };
}

/**
 * Writes what news changes. Refused when others have changed as much meanwhile: another look then tells whether anything is
 * left to change, and of many who bring one end forward at once none is refused twice.
 */
export function tightenedTo(known: Case, { interrupted, cause, endsAt }: Tightening, now: number): Change {
  const set = { interrupted, cause, endsAt: endsAt ?? undefined, ...kept(now) };
  const open = { open: 'Open', was: known.interrupted };
  const still = '#state = :open AND #interrupted = :was';
  if (known.interrupted)
    return { set, condition: `${still} AND (attribute_not_exists(#endsAt) OR #endsAt > :endsAt)`, values: open };
  return known.endsAt === null
    ? { set, condition: `${still} AND attribute_not_exists(#endsAt)`, values: open }
    : { set, condition: `${still} AND #endsAt = :wasEnd`, values: { ...open, wasEnd: known.endsAt } };
}

export function claiming(execution: string, now: number): Change {
  return {
    set: { holder: execution, leaseUntil: now + leaseLength, ...kept(now) },
    condition: '#state = :open AND (attribute_not_exists(#holder) OR #holder = :holder OR #leaseUntil <= :now)',
    values: { open: 'Open', now },
  };
}

/** As claiming, but never takes the case from another holder. */
export function renewing(execution: string, now: number): Change {
  return {
    set: { holder: execution, leaseUntil: now + leaseLength, ...kept(now) },
    condition: '#state = :open AND (attribute_not_exists(#holder) OR #holder = :holder)',
    values: { open: 'Open' },
  };
}

export function abandoning({ generation, holder }: Case, now: number): Change {
  return {
    set: { generation: generation + 1, openedAt: now, ...(holder !== null && { leaseUntil: 0 }), ...kept(now) },
    condition: `#state = :open AND #generation = :was AND ${holder === null ? 'attribute_not_exists(#holder)' : '#holder = :dead'}`,
    values: { open: 'Open', was: generation, ...(holder !== null && { dead: holder }) },
  };
}

export function closing(execution: string, outcome: string, now: number): Change {
  return {
    set: { state: 'Closed', outcome, closedAt: now, ...kept(now) },
    condition: '#state = :open AND #holder = :me',
    values: { open: 'Open', me: execution },
  };
}

function kept(now: number) {
  return { expiresAt: expiresAt(now, caseIsKept) };
}
