import { beforeEach, describe, expect, it } from '@jest/globals';
import { Nodes } from '../../../sandbox/console/nodes.ts';
import { line } from '../../../sandbox/console/print.ts';
import { recordLog } from '../../../sandbox/console/record-log.ts';
import { Runs } from '../../../sandbox/console/runs.ts';
import { Timeline } from '../../../sandbox/console/timeline.ts';
import type { Execution } from '../../../sandbox/services/states/execution.ts';

let now: number;
let printed: string[];
let timeline: Timeline;
let runs: Runs;

beforeEach(() => {
  now = 0;
  printed = [];
  timeline = new Timeline(
    () => now,
    (entry, deadline) =>
      printed.push(line(entry, deadline === undefined ? undefined : deadline - now, (_, text) => text)),
  );
  runs = new Runs(new Nodes([]));
});

const squeezed = () => printed.map((text) => text.trim().replaceAll(/\s+/g, ' '));
const execution = (name: string, input: object, status = 'RUNNING') =>
  ({ arn: `arn:${name}`, name, inputValue: input, status }) as unknown as Execution;

describe('the countdown', () => {
  it('says what is left, then since when the deadline has passed, and stops when the work has ended', () => {
    timeline.setDeadline('i-1', 120_000);
    now = 12_000;
    timeline.add('node-1', 'cordoned', ['i-1']);
    now = 123_000;
    timeline.add('i-1', 'terminated', ['i-1']);
    timeline.setDeadline('i-1', undefined);
    timeline.add('node-1', 'left', ['i-1']);
    expect(squeezed()).toEqual([
      '+12.0s 1m48s left node-1 cordoned',
      '+2m03.0s i-1 terminated (deadline passed 3 s ago)',
      '+2m03.0s node-1 left',
    ]);
  });

  it('is that of the instance which the line is about when there are several, and of no other line', () => {
    timeline.setDeadline('i-1', 60_000);
    timeline.add('node-9', 'a pod started');
    timeline.setDeadline('i-2', 90_000);
    timeline.add('node-2', 'cordoned', ['i-2']);
    timeline.add('node-9', 'a pod started');
    expect(squeezed()).toEqual([
      '+0.0s 1m00s left node-9 a pod started',
      '+0.0s 1m30s left node-2 cordoned',
      '+0.0s node-9 a pod started',
    ]);
  });
});

describe('the log of a function', () => {
  const dropped = (fields: object) =>
    JSON.stringify({ level: 'INFO', message: 'the instance belongs to no cluster', code: 'Foreign', ...fields });

  it('tells which event starts nothing and why, and ends its countdown', () => {
    timeline.setDeadline('i-1', 60_000);
    recordLog(dropped({ about: 'i-1', detail: 'no tags' }), runs, timeline);
    timeline.add('i-1', 'running', ['i-1']);
    expect(squeezed()).toEqual([
      '+0.0s 1m00s left i-1 event starts nothing: Foreign: the instance belongs to no cluster (no tags)',
      '+0.0s i-1 running',
    ]);
  });

  it('leaves the countdown of an instance that a run works on', () => {
    runs.of(execution('run', { instances: ['i-1'] }));
    timeline.setDeadline('i-1', 60_000);
    recordLog(dropped({ about: 'i-1', detail: 'run' }), runs, timeline);
    timeline.add('i-1', 'running', ['i-1']);
    expect(squeezed()[0]).not.toContain('(run)');
    expect(squeezed()[1]).toContain('1m00s left');
  });

  it('tells in one line what went to quarantine', () => {
    const text = JSON.stringify({
      message: 'quarantined',
      messageId: 'm',
      code: 'WrongField',
      reason: 'wrong:\n  at id',
    });
    recordLog(text, runs, timeline);
    expect(squeezed()).toEqual(['+0.0s quarantine WrongField: wrong: at id']);
  });

  it.each(['START RequestId: 1', '{ not JSON', '{"message":"node-replacement","name":"demo-1"}', '[]'])(
    'is passed over when it says something else: %s',
    (text) => {
      recordLog(text, runs, timeline);
      expect(printed).toEqual([]);
    },
  );

  it('comes after all else of the same moment in the result, so that a seed gives one order', () => {
    recordLog(dropped({ about: 'i-2' }), runs, timeline);
    recordLog(dropped({ about: 'i-1' }), runs, timeline);
    timeline.add('i-3', 'running');
    expect(timeline.entries.map(({ subject }) => subject)).toEqual(['i-3', 'i-1', 'i-2']);
  });
});

describe('the name of a run', () => {
  it('is that of its nodes, of what it tidies up after, or of its cluster', () => {
    expect(runs.of(execution('a', { nodes: ['node-1'] })).name).toBe('node-1');
    expect(runs.of(execution('b', { instances: ['i-1', 'i-2', 'i-3'] })).name).toBe('i-1 and 2 more');
    expect(runs.of(execution('c', { cluster: 'demo', of: 'a' })).name).toBe('clean-up after node-1');
    expect(runs.of(execution('d', { cluster: 'demo' })).name).toBe('demo');
  });
});
