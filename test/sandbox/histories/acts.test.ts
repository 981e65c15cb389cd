import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { acts } from '../../../sandbox/histories/acts/acts.ts';
import type { Act } from '../../../sandbox/histories/contract.ts';
import { randomHistory } from '../../../sandbox/histories/random-history.ts';
import { stageHistory } from '../../../sandbox/histories/stage-history.ts';
import { synthesize } from '../../../sandbox/synth.ts';

jest.setTimeout(240_000);

const root = join(import.meta.dirname, '..', '..', '..');
const minute = 60_000;

/** What others need to find something to do: events that have come, executions that run and that have ended, a node of Karpenter's. */
const first: readonly Omit<Act, 'at'>[] = [
  { does: 'run-instance', which: 0, how: 0.5 },
  { does: 'resize', which: 0.1, how: 0.5 },
  { does: 'interrupt', which: 0.2, how: 0.1 },
  { does: 'replace-nodes', which: 0.3, how: 0.5 },
  { does: 'clean-up', which: 0.1, how: 0.5 },
  { does: 'stop', which: 0.1, how: 0.5 },
];

/** Every act, three times in three ways. */
const ways = [
  { which: 0.1, how: 0.9 },
  { which: 0.5, how: 0.4 },
  { which: 0.9, how: 0.1 },
];
const each = Object.keys(acts).flatMap((does) => ways.map((way) => ({ does, ...way })));

const played: readonly Act[] = [
  // For a minute, and before anything else: what changes settings later lasts longer.
  { at: 0, does: 'break-settings', which: 0, how: 0 },
  ...first.map((act, index) => ({ ...act, at: (2 + index / 4) * minute })),
  ...each.map((act, index) => ({ ...act, at: (10 + 2 * index) * minute })),
];

describe('every act of a history', () => {
  const told = new Map<string, string[]>();
  beforeAll(async () => {
    const history = { ...randomHistory(5, 'calm'), acts: played, lasts: (20 + 2 * each.length) * minute };
    const staged = await stageHistory({
      assembly: await synthesize(root),
      manifests: join(root, 'infra', 'kubernetes'),
      history,
    });
    try {
      await staged.play(({ does }, what) => void told.set(does, [...(told.get(does) ?? []), what]));
    } finally {
      await staged.sandbox.close();
    }
  });

  it.each(Object.keys(acts))('finds something to do in an ordinary world, and is not refused: %s', (name) => {
    expect(told.get(name)?.filter((what) => !what.startsWith('refused')) ?? []).not.toEqual([]);
  });
});
