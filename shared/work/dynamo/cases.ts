import type { Case, CaseNews } from '../../domain/case.ts';
import type { Subject } from '../../domain/subject.ts';
import { ApiUnavailableError } from '../../runtime/errors.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { isDueForRenewal, tightening } from '../case-rules.ts';
import type { Cases, Claim } from '../cases.ts';
import { abandoning, claiming, closing, opening, renewing, tightenedTo } from './case-changes.ts';
import { caseKey, toCase } from './case-row.ts';
import type { Row } from './row.ts';
import type { Table } from './table.ts';

const inFlight = 16;
/** Lost races in a row after which something else is wrong. */
const attempts = 6;

/** The cases in DynamoDB: the row `case#<subject>`, `case` for each subject. */
export function dynamoCases(table: Table): Cases {
  const { clock } = table;

  const read = async (subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, Case>> => {
    const rows = await table.getAll([...new Set(subjects)].map(caseKey));
    return inOrderOf(subjects, rows.map(toCase));
  };

  return {
    read,

    openOrJoin: (news) =>
      untilSettled(`open a case for ${news.subject}`, async () => {
        const opened = await table.update(caseKey(news.subject), opening(news, null, clock.now()));
        if (opened.took) return { case: toCase(opened.row), opened: true };
        const known = caseOf(opened.row);
        if (known?.state !== 'Open') return undefined;
        return await join(table, known, news);
      }),

    claim: (news, execution) =>
      untilSettled(`claim ${news.subject}`, async () => {
        const claimed = await table.update(caseKey(news.subject), claiming(execution, clock.now()));
        return claimed.took ? { claimed: true } : await openOrRefuse(table, news, execution, caseOf(claimed.row));
      }),

    async renew(subjects, execution) {
      const found = [...(await read(subjects)).values()];
      const renewed = await inParallel(found, inFlight, async (known) => {
        if (!isDueForRenewal(known, execution, clock.now())) return known;
        const { row } = await table.update(caseKey(known.subject), renewing(execution, clock.now()));
        return caseOf(row) ?? known;
      });
      return inOrderOf(subjects, renewed);
    },

    async abandon(found) {
      const abandoned = await table.update(caseKey(found.subject), abandoning(found, clock.now()));
      return abandoned.took ? toCase(abandoned.row) : undefined;
    },

    async close(subject, execution, outcome) {
      await table.update(caseKey(subject), closing(execution, outcome, clock.now()));
    },
  };
}

/** Undefined when the case was changed between the look and the write. */
async function join(table: Table, known: Case, news: CaseNews) {
  const tighter = tightening(known, news);
  if (!tighter) return { case: known, opened: false };
  const joined = await table.update(caseKey(news.subject), tightenedTo(known, tighter, table.clock.now()));
  return joined.took ? { case: toCase(joined.row), opened: false } : undefined;
}

/** What a claim comes to that was refused because the case was as `known`; undefined when it may be tried again. */
async function openOrRefuse(
  table: Table,
  news: CaseNews,
  execution: string,
  known: Case | undefined,
): Promise<Claim | undefined> {
  if (known?.state === 'Open') {
    return known.holder === null || known.holder === execution ? undefined : { claimed: false, holder: known.holder };
  }
  const opened = await table.update(caseKey(news.subject), opening(news, execution, table.clock.now()));
  return opened.took ? { claimed: true } : undefined;
}

async function untilSettled<Result>(what: string, attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let count = 0; count < attempts; count++) {
    const result = await attempt();
    if (result) return result;
  }
  throw new ApiUnavailableError(`${what}: others keep changing it`);
}

function caseOf(row: Row | undefined): Case | undefined {
  return row && toCase(row);
}

function inOrderOf(subjects: readonly Subject[], cases: readonly Case[]): ReadonlyMap<Subject, Case> {
  const found = new Map(cases.map((each) => [each.subject, each]));
  return new Map(subjects.flatMap((subject) => (found.has(subject) ? [[subject, found.get(subject) as Case]] : [])));
}
