import { type Case, type CaseNews, leaseHasEnded, leaseLength } from '../../domain/case.ts';
import type { Subject } from '../../domain/subject.ts';
import type { Clock } from '../../runtime/clock.ts';
import { isDueForRenewal, tightening } from '../case-rules.ts';
import type { Cases } from '../cases.ts';

type Lease = Pick<Case, 'holder' | 'leaseUntil'>;

/** The cases in memory, with the rows to look at; passes the same suite as those in DynamoDB. */
export function memoryCases(clock: Pick<Clock, 'now'>): Cases & { readonly rows: Map<Subject, Case> } {
  const rows = new Map<Subject, Case>();

  const write = (row: Case): Case => {
    rows.set(row.subject, row);
    return row;
  };
  const held = (execution: string) => ({ holder: execution, leaseUntil: clock.now() + leaseLength });
  const open = (news: CaseNews, lease: Lease): Case =>
    write(opened(news, lease, (rows.get(news.subject)?.generation ?? 0) + 1, clock.now()));
  const read = async (subjects: readonly Subject[]) =>
    new Map(subjects.flatMap((subject) => (rows.has(subject) ? [[subject, rows.get(subject) as Case] as const] : [])));

  return {
    rows,
    read,

    async openOrJoin(news) {
      const known = rows.get(news.subject);
      if (known?.state !== 'Open') return { case: open(news, { holder: null, leaseUntil: null }), opened: true };
      return { case: write({ ...known, ...tightening(known, news) }), opened: false };
    },

    async claim(news, execution) {
      const known = rows.get(news.subject);
      if (known?.state !== 'Open') open(news, held(execution));
      else if (known.holder === null || known.holder === execution || leaseHasEnded(known, clock.now()))
        write({ ...known, ...held(execution) });
      else return { claimed: false, holder: known.holder };
      return { claimed: true };
    },

    async renew(subjects, execution) {
      for (const known of (await read(subjects)).values())
        if (isDueForRenewal(known, execution, clock.now())) write({ ...known, ...held(execution) });
      return await read(subjects);
    },

    async abandon({ subject, generation, holder }) {
      const known = rows.get(subject);
      if (known?.state !== 'Open' || known.generation !== generation || known.holder !== holder) return undefined;
      const leaseUntil = holder === null ? null : 0;
      return write({ ...known, generation: generation + 1, openedAt: clock.now(), leaseUntil });
    },

    async close(subject, execution, outcome) {
      const known = rows.get(subject);
      if (known?.state !== 'Open' || known.holder !== execution) return;
      write({ ...known, state: 'Closed', closed: { at: clock.now(), outcome } });
    },
  };
}

function opened(news: CaseNews, lease: Lease, generation: number, now: number): Case {
  const { subject, cluster, cause, interrupted, endsAt } = news;
  const told = { subject, cluster, cause, interrupted, endsAt };
  return { ...told, ...lease, generation, state: 'Open', openedAt: now, closed: null };
}
