import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { recordAll } from '../../../sandbox/console/recorders.ts';
import { Timeline } from '../../../sandbox/console/timeline.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { Event } from '../../../sandbox/services/events/contract.ts';
import type { Execution } from '../../../sandbox/services/states/execution.ts';

/** What the recorders listen to, spoken by the test. */
let publish: (event: Event, bus: string) => void;
let transition: (execution: Execution, event: HistoryEvent) => void;
let told: string[];

beforeEach(() => {
  told = [];
  const store = {
    list: () =>
      ['1', '2'].map((number) => ({
        metadata: { name: `node-${number}` },
        spec: { providerID: `aws:///us-east-1a/i-${number}` },
      })),
    subscribe: () => () => undefined,
  };
  const sandbox = {
    clock: { now: () => 0, mode: 'skip' },
    buses: { onEvent: (listener: typeof publish) => (publish = listener) },
    world: { clusters: new Map([['demo', { store }]]), listeners: () => () => undefined },
    states: { onTransition: (listener: typeof transition) => (transition = listener) },
    alarms: { onChange: () => undefined },
    outbox: { onMail: () => undefined },
  } as unknown as Sandbox;
  const timeline = new Timeline(
    () => 0,
    ({ subject, what }, deadline) =>
      told.push(`${subject.trim()} ${what}${deadline === undefined ? '' : ` | ${deadline / 1_000} s`}`),
  );
  recordAll(sandbox, timeline);
});

const execution = (...instances: readonly string[]) => {
  const name = instances.join('-');
  return {
    arn: `arn:${name}`,
    name,
    status: 'RUNNING',
    inputValue: { cluster: 'demo', instances },
  } as unknown as Execution;
};
const enter = (run: Execution, name: string) =>
  transition(run, { type: 'TaskStateEntered', stateEnteredEventDetails: { name } } as HistoryEvent);
const of = (source: string, type: string, detail: object) =>
  ({ source, 'detail-type': type, time: new Date(0).toISOString(), detail }) as unknown as Event;
const ec2 = (type: string, detail: object) => publish(of('aws.ec2', type, detail), 'default');
const warning = (instance: string, action = 'terminate') =>
  ec2('EC2 Spot Instance Interruption Warning', { 'instance-id': instance, 'instance-action': action });

describe('the recorders', () => {
  it('say which run enters a state as long as there are several, by its node', () => {
    const [one, two] = [execution('i-1'), execution('i-2')];
    enter(one, 'Assess nodes');
    enter(two, 'Assess nodes');
    enter(one, 'Drain nodes');
    two.status = 'SUCCEEDED';
    enter(one, 'Report the end');
    expect(told).toEqual([
      'state Assess nodes',
      'state Assess nodes (node-2)',
      'state Drain nodes (node-1)',
      'state Report the end',
    ]);
  });

  it('name the run of an outcome event by its nodes, and end the countdown of all its instances', () => {
    const run = execution('i-1', 'i-2');
    warning('i-1');
    enter(run, 'Drain nodes');
    const finished = { workflow: 'node-replacement', subject: 'i-1', executionArn: run.arn, outcome: 'Replaced' };
    publish(of('eks-steward', 'Workflow Finished', finished), 'eks-steward');
    enter(run, 'Report the end');
    expect(told.slice(1)).toEqual([
      'state Drain nodes | 120 s',
      'node-replacement Workflow Finished: Replaced (node-1 and 1 more)',
      'state Report the end',
    ]);
  });

  it('end the countdown when EC2 has ended the instance, whoever works on it', () => {
    warning('i-1');
    ec2('EC2 Instance State-change Notification', { 'instance-id': 'i-1', state: 'terminated' });
    enter(execution('i-1'), 'Look for the new nodes');
    expect(told.map((text) => text.includes('|'))).toEqual([true, true, false]);
  });

  it('count nothing down before a hibernation, which begins at once', () => {
    warning('i-1', 'hibernate');
    enter(execution('i-1'), 'Assess nodes');
    expect(told.join('\n')).not.toContain('|');
  });
});
