import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Target } from '../../../../functions/node-replacement/contract.ts';
import { currentOf, instanceSubject } from '../../../../functions/node-replacement/core/targets.ts';
import { parseClusterSettings } from '../../../../shared/config/parse.ts';
import type { Case } from '../../../../shared/domain/case.ts';

const policy = parseClusterSettings({})['node-replacement'];
const instanceId = 'i-0123456789abcdef0';
const run = 'demo-run';

function aTarget(given: Partial<Target> = {}): Target {
  return {
    instanceId,
    nodeName: 'node-a',
    nodeUid: 'uid-node-a',
    group: 'spot',
    cause: 'Manual',
    interrupted: false,
    drainBy: 500_000,
    replacement: 'BeforeDrain',
    ...given,
  };
}

function aCase(given: Partial<Case> = {}): Case {
  return {
    subject: instanceSubject(instanceId),
    cluster: 'demo',
    cause: 'Manual',
    interrupted: false,
    endsAt: null,
    generation: 1,
    state: 'Open',
    openedAt: 0,
    holder: run,
    leaseUntil: 120_000,
    closed: null,
    ...given,
  };
}

const current = (target: Target, known?: Case) =>
  currentOf([target], new Map(known ? [[known.subject, known]] : []), policy, run);
const closed = (outcome: string) => ({ state: 'Closed', closed: { at: 1, outcome } }) as const;

describe('a target', () => {
  it.each<[string, Case | undefined]>([
    ['whose case nobody knows', undefined],
    ['whose case we hold', aCase()],
    ['whose case nobody holds', aCase({ holder: null, leaseUntil: null })],
    ['whose case we closed ourselves, since the last step may run twice', aCase(closed('Replaced'))],
  ])('%s is ours', (_, known) => {
    expect(current(aTarget(), known)).toMatchObject({ targets: [{ instanceId }], lost: [] });
  });

  it.each<[string, Case]>([
    ['whose case another run holds', aCase({ holder: 'next-run' })],
    ['whose case another run has closed', aCase({ holder: 'next-run', ...closed('Replaced') })],
    ['whose changes were put back', aCase(closed('RolledBack'))],
  ])('%s is lost', (_, known) => {
    const lost = [{ code: 'JoinedOtherExecution', about: instanceId }];
    expect(current(aTarget(), known)).toMatchObject({ targets: [], lost });
  });

  it('that is lost takes no other with it', () => {
    const other = aTarget({ instanceId: 'i-0aaaaaaaaaaaaaaaa', nodeName: 'node-b' });
    const known = aCase({ holder: 'next-run' });
    const { targets } = currentOf([aTarget(), other], new Map([[known.subject, known]]), policy, run);
    expect(targets).toMatchObject([{ nodeName: 'node-b' }]);
  });

  it('becomes one of an interrupted node when an interruption joins its case, with the policy for it', () => {
    const { targets } = current(aTarget(), aCase({ cause: 'SpotInterruption', interrupted: true, endsAt: 200_000 }));
    expect(targets).toMatchObject([
      { cause: 'SpotInterruption', interrupted: true, drainBy: 188_000, policy: { finishBefore: 12_000 } },
    ]);
  });

  it('keeps its own cause when its case has one of another workflow', () => {
    const { targets } = current(aTarget(), aCase({ cause: 'NodeImageAvailable', interrupted: true, endsAt: 200_000 }));
    expect(targets).toMatchObject([{ cause: 'Manual', interrupted: true, drainBy: 200_000 }]);
  });

  it('keeps its own cause when it was interrupted first', () => {
    const target = aTarget({ cause: 'SpotInterruption', interrupted: true });
    const { targets } = current(target, aCase({ cause: 'InstanceStopping', interrupted: true, endsAt: 100_000 }));
    expect(targets).toMatchObject([{ cause: 'SpotInterruption', drainBy: 88_000 }]);
  });

  it('of an interrupted node only ever has less time, and never a time before the epoch', () => {
    const moment = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(moment, fc.option(moment), fc.boolean(), (drainBy, endsAt, open) => {
        const target = aTarget({ cause: 'SpotInterruption', interrupted: true, drainBy });
        const known = aCase({ interrupted: true, endsAt, ...(open ? {} : closed('Replaced')) });
        const [now] = current(target, known).targets;
        expect(now?.interrupted).toBe(true);
        expect(now?.drainBy).toBeLessThanOrEqual(drainBy);
        expect(now?.drainBy).toBeGreaterThanOrEqual(0);
        // What was learnt once does not change by looking again.
        expect(current(now ?? target, known).targets).toEqual([now]);
      }),
    );
  });
});
