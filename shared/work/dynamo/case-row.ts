import * as z from 'zod';
import type { Case } from '../../domain/case.ts';
import { type Subject, subjectKinds } from '../../domain/subject.ts';
import { type Key, parseRow, type Row } from './row.ts';

const facts = {
  pk: z.templateLiteral(['case#', z.enum(subjectKinds), '/', z.string().min(1)]),
  cluster: z.string(),
  /** A code, whatever workflow's. */
  cause: z.string().regex(/^[A-Z][A-Za-z]*$/),
  interrupted: z.boolean(),
  endsAt: z.number().optional(),
  generation: z.int().positive(),
  openedAt: z.number(),
  holder: z.string().optional(),
  leaseUntil: z.number().optional(),
};

const caseRow = z.discriminatedUnion('state', [
  z.object({ ...facts, state: z.literal('Open') }),
  z.object({ ...facts, state: z.literal('Closed'), closedAt: z.number(), outcome: z.string() }),
]);

export function caseKey(subject: Subject): Key {
  return { pk: `case#${subject}`, sk: 'case' };
}

/** @throws CorruptRowError */
export function toCase(row: Row): Case {
  const found = parseRow(caseRow, row, row);
  return {
    subject: found.pk.slice('case#'.length) as Subject,
    cluster: found.cluster,
    cause: found.cause,
    interrupted: found.interrupted,
    endsAt: found.endsAt ?? null,
    generation: found.generation,
    state: found.state,
    openedAt: found.openedAt,
    holder: found.holder ?? null,
    leaseUntil: found.leaseUntil ?? null,
    closed: found.state === 'Closed' ? { at: found.closedAt, outcome: found.outcome } : null,
  };
}
