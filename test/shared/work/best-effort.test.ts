import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Case, CaseNews } from '../../../shared/domain/case.ts';
import { ApiUnavailableError, CorruptRowError, type TaskError } from '../../../shared/runtime/errors.ts';
import { bestEffortCases, bestEffortJournal, type Warn } from '../../../shared/work/best-effort.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import type { Journal } from '../../../shared/work/journal.ts';
import { memoryCases } from '../../../shared/work/memory/cases.ts';
import { memoryJournal } from '../../../shared/work/memory/journal.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { type Change, change } from './journal.suite.ts';

const clock = fakeClock();
const subject = 'instance/i-1';
const news: CaseNews = { subject, cluster: 'demo', cause: 'SpotInterruption', interrupted: true, endsAt: 120_000 };
const found: Case = {
  ...news,
  generation: 1,
  state: 'Open',
  openedAt: 0,
  holder: 'run',
  leaseUntil: 0,
  closed: null,
};
const scope = { cluster: 'demo', subjects: [], things: [] };
const entry = { key: 'resize#spot', change, settled: false, at: clock.now() };

function casesThatFail(error: Error): Cases {
  const fail = () => Promise.reject(error);
  return { openOrJoin: fail, read: fail, claim: fail, renew: fail, abandon: fail, close: fail };
}

function journalThatFails(error: Error): Journal<Change> {
  const fail = () => Promise.reject(error);
  return { begin: fail, scopeOf: fail, intend: fail, settle: fail, changesOf: fail };
}

describe('interrupted work', () => {
  let warnings: [string, TaskError][];
  const warn: Warn = (text, { error }) => warnings.push([text, error]);

  beforeEach(() => {
    warnings = [];
  });

  describe.each([
    ['cannot be reached', new ApiUnavailableError('write row: TimeoutError')],
    ['holds a row that cannot be read', new CorruptRowError('row case#instance/i-1 case cannot be read')],
  ])('while the work table %s', (_, error) => {
    const cases = bestEffortCases(casesThatFail(error), tell);
    const journal = bestEffortJournal(journalThatFails(error), tell, clock);

    function tell(text: string, details: { readonly error: TaskError }): void {
      warn(text, details);
    }

    it.each<[string, () => Promise<unknown>, unknown, RegExp]>([
      ['knows no cases', () => cases.read([subject]), new Map(), /its cases/],
      ['knows no cases when it renews', () => cases.renew([subject], 'run'), new Map(), /its cases/],
      ['claims the case', () => cases.claim(news, 'run'), { claimed: true }, /claim of instance\/i-1/],
      ['leaves the case open', () => cases.close(subject, 'run', 'Drained'), undefined, /close of instance\/i-1/],
      ['notes no scope', () => journal.begin('run', scope), undefined, /its scope/],
      ['knows no scope', () => journal.scopeOf('run'), undefined, /its scope/],
      ['makes the change', () => journal.intend('run', 'resize#spot', change), entry, /record of resize#spot/],
      ['leaves the change unsettled', () => journal.settle('run', entry), undefined, /record of resize#spot/],
      ['knows no changes', () => journal.changesOf('run'), [], /its changes/],
    ])('%s, and says so once', async (__, call, expected, text) => {
      expect(await call()).toEqual(expected);
      expect(warnings).toEqual([[expect.stringMatching(text), error]]);
    });

    it('does not open or abandon a case that cannot be written down', async () => {
      await expect(cases.openOrJoin(news)).rejects.toBe(error);
      await expect(cases.abandon(found)).rejects.toBe(error);
      expect(warnings).toEqual([]);
    });
  });

  it('does not go on after a mistake of our own', async () => {
    const mistake = new TypeError('undefined is not a function');
    const cases = bestEffortCases(casesThatFail(mistake), warn);
    const journal = bestEffortJournal(journalThatFails(mistake), warn, clock);
    for (const call of [
      cases.read([subject]),
      cases.renew([subject], 'run'),
      cases.claim(news, 'run'),
      cases.close(subject, 'run', 'Drained'),
      journal.begin('run', scope),
      journal.scopeOf('run'),
      journal.intend('run', 'resize#spot', change),
      journal.settle('run', entry),
      journal.changesOf('run'),
    ])
      await expect(call).rejects.toBe(mistake);
    expect(warnings).toEqual([]);
  });

  it('is told what the table says while it can be reached', async () => {
    const kept = memoryCases(clock);
    const cases = bestEffortCases(kept, warn);
    const journal = bestEffortJournal(memoryJournal<Change>(clock), warn, clock);
    await cases.claim(news, 'another');
    expect(await cases.claim(news, 'run')).toEqual({ claimed: false, holder: 'another' });
    expect(await cases.read([subject])).toEqual(kept.rows);
    await journal.settle('run', await journal.intend('run', 'resize#spot', change));
    expect(await journal.changesOf('run')).toEqual([{ ...entry, settled: true }]);
    expect(warnings).toEqual([]);
  });
});
