import type { Sandbox } from '../sandbox.ts';
import type { AlarmChange } from '../services/cloudwatch/alarm-message.ts';
import type { Event } from '../services/events/contract.ts';
import { Nodes } from './nodes.ts';
import { recordCluster } from './record-cluster.ts';
import { recordLog } from './record-log.ts';
import { messageOf } from './results.ts';
import { RunStates } from './run-states.ts';
import { Runs } from './runs.ts';
import type { Timeline } from './timeline.ts';

interface Outcome {
  readonly workflow?: string;
  readonly subject?: string;
  readonly executionArn?: string;
  readonly outcome?: string;
  readonly reasons?: readonly { readonly code: string; readonly about: string; readonly text: string }[];
  readonly error?: { readonly Error: string; readonly Cause?: string };
}

/** Two minutes' notice, and none before hibernation: EC2 user guide, spot-instance-termination-notices. */
const notice = 120_000;

/** What the console has to know of a running sandbox. */
export interface Recording {
  readonly runs: Runs;
  /** Takes every line that a function writes. */
  readonly log: (text: string) => void;
}

/** Writes what happens in the sandbox into the timeline, from now on. */
export function recordAll(sandbox: Sandbox, timeline: Timeline): Recording {
  const nodes = new Nodes(sandbox.world.clusters.values());
  const runs = new Runs(nodes);
  sandbox.buses.onEvent((event, bus) => {
    if (bus === 'default') recordEvent(event, timeline);
    else recordOutcome(event, runs, timeline);
  });
  sandbox.world.listeners(({ subject, text }) => timeline.add(subject, text));
  sandbox.alarms.onChange((change, failures) => recordAlarm(change, failures, timeline));
  sandbox.outbox.onMail(({ to, subject }) => timeline.add('  mail', `to ${to}: ${subject}`));
  recordStates(sandbox, runs, timeline);
  for (const cluster of sandbox.world.clusters.values()) recordCluster(cluster, sandbox.clock, nodes, timeline);
  return { runs, log: (text) => recordLog(text, runs, timeline) };
}

/** An alarm that goes off, or that is quiet again. */
function recordAlarm({ alarm, before, state }: AlarmChange, failures: readonly string[], timeline: Timeline): void {
  if (state.value === 'ALARM' || before === 'ALARM') {
    const why = state.value === 'ALARM' ? `; ${alarm.AlarmDescription ?? state.reason}` : '';
    timeline.add('  alarm', `${alarm.AlarmName}: ${before} -> ${state.value}${why}`);
  }
  for (const failure of failures) timeline.add('  alarm', `${alarm.AlarmName}: ${failure}`);
}

function recordStates({ states, clock }: Sandbox, runs: Runs, timeline: Timeline): void {
  const recorders = new Map<string, RunStates>();
  states.onTransition((execution, event) => {
    const run = runs.of(execution);
    const say = (text: string) =>
      timeline.add('  state', runs.open().length > 1 ? `${text} (${run.name})` : text, run.instances);
    const recorder = recorders.get(execution.arn) ?? new RunStates(clock, say);
    recorders.set(execution.arn, recorder);
    recorder.record(event);
  });
}

function recordEvent(event: Event, timeline: Timeline): void {
  const detail = event.detail as Record<string, unknown>;
  if (!event.source.startsWith('aws.ec2') && event.source !== 'eks-steward.drill') return;
  const subject = String(detail['instance-id'] ?? event.source);
  const more = detail['instance-action'] ?? detail['state'];
  const type = event['detail-type'];
  if (type === 'EC2 Spot Instance Interruption Warning' && more !== 'hibernate')
    timeline.setDeadline(subject, Date.parse(event.time) + notice);
  timeline.add(subject, `${type}${more === undefined ? '' : `: ${String(more)}`}`, [subject]);
  if (detail['state'] === 'terminated') timeline.setDeadline(subject, undefined);
}

/** Outcome events of the product, read as anybody outside would read them. */
function recordOutcome(event: Event, runs: Runs, timeline: Timeline): void {
  const detail = event.detail as Outcome;
  const run = runs.byArn(detail.executionArn ?? '');
  const about = run?.instances ?? [];
  if (run) run.workflow = detail.workflow;
  if (event['detail-type'] === 'Workflow Finished') {
    for (const instance of about) timeline.setDeadline(instance, undefined);
  }
  const outcome = detail.outcome === undefined ? '' : `: ${detail.outcome}`;
  const name = run?.name ?? detail.subject ?? '';
  timeline.add(detail.workflow ?? event.source, `${event['detail-type']}${outcome} (${name})`, about);
  for (const reason of detail.reasons ?? [])
    timeline.add('', `  ${reason.code}: ${reason.about}: ${reason.text}`, about);
  if (detail.error) timeline.add('', `  ${detail.error.Error}: ${messageOf(detail.error.Cause)}`, about);
}
