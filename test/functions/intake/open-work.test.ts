import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch } from '../../../functions/intake/core/batches.ts';
import { openWork } from '../../../functions/intake/open-work.ts';
import { jobOf, type Work } from '../../../functions/intake/route.ts';
import { idOf, subjectOf } from '../../../shared/domain/subject.ts';
import { addonUpgrade } from './addon-upgrade.ts';
import { anInbox, news, ours, spot } from './an-inbox.ts';

const upgrades = jobOf(addonUpgrade, (batch: Batch<{ readonly to: string }>) => ({
  cluster: batch[0].case.cluster,
  addons: Object.fromEntries(batch.map(({ case: { subject }, facts }) => [idOf(subject), facts])),
}));

function upgrade(addon: string, cluster = 'demo'): Work {
  return upgrades.work(news({ subject: subjectOf('addon', addon), cluster }), { to: '2' });
}

let inbox: ReturnType<typeof anInbox>;

beforeEach(() => {
  inbox = anInbox();
});

async function open(...work: Work[]): Promise<void> {
  await openWork(inbox.ports, work, () => undefined);
}

describe('the work of a workflow', () => {
  it('becomes executions of its own machine, whose input it takes', async () => {
    await open(upgrade('coredns'), upgrade('kube-proxy'));
    expect(inbox.executions.started).toMatchObject([
      { machine: inbox.ports.machines.arnOf('addon-upgrade', 'public') },
    ]);
    expect(addonUpgrade.input.parse(inbox.executions.started[0]?.input)).toEqual({
      cluster: 'demo',
      addons: { coredns: { to: '2' }, 'kube-proxy': { to: '2' } },
    });
  });

  it('becomes one execution for each cluster, beside that of another workflow', async () => {
    await inbox.handle([spot()]);
    await open(upgrade('coredns'), upgrade('vpc-cni', 'prod'), upgrade('kube-proxy'));
    expect(inbox.executions.started).toMatchObject([
      { input: { instances: [ours] } },
      { input: { cluster: 'demo', addons: { coredns: {}, 'kube-proxy': {} } } },
      { input: { cluster: 'prod', addons: { 'vpc-cni': {} } } },
    ]);
  });

  it('is refused by the compiler when its workflow would not take the input', () => {
    // @ts-expect-error: `cluster` is missing
    jobOf(addonUpgrade, () => ({ addons: {} }));
    // @ts-expect-error: `to` must be a string
    jobOf(addonUpgrade, () => ({ cluster: 'demo', addons: { coredns: { to: 2 } } }));
    // @ts-expect-error: the input has no such member
    jobOf(addonUpgrade, () => ({ cluster: 'demo', addons: {}, dryRun: false }));
    // @ts-expect-error: facts are those of the job
    expect(upgrades.work(news(), { from: '1' })).toMatchObject({ kind: 'Work' });
  });
});
