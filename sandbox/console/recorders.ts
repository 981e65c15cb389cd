import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Sandbox } from '../sandbox.ts';
import type { Event } from '../services/events/contract.ts';
import { recordCluster } from './record-cluster.ts';
import { messageOf } from './results.ts';
import type { Timeline } from './timeline.ts';

interface Outcome {
  readonly workflow?: string;
  readonly subject?: string;
  readonly outcome?: string;
  readonly reasons?: readonly { readonly code: string; readonly about: string; readonly text: string }[];
  readonly error?: { readonly Error: string; readonly Cause?: string };
}

/** Two minutes' notice: EC2 user guide, spot-instance-termination-notices. */
const notice = 120_000;

/** Writes what happens in the sandbox into the timeline. */
export function recordAll(sandbox: Sandbox, timeline: Timeline): void {
  sandbox.buses.onEvent((event, bus) => recordEvent(event, bus, timeline));
  sandbox.world.listeners(({ subject, text }) => timeline.add(subject, text));
  sandbox.states.onTransition((_, event) => {
    const state = stateEntered(event);
    if (state !== undefined) timeline.add('  state', state);
  });
  for (const cluster of sandbox.world.clusters.values()) recordCluster(cluster, sandbox.clock, timeline);
}

/** History events carry the name of the state they enter (Step Functions API, StateEnteredEventDetails). */
function stateEntered(event: HistoryEvent) {
  return event.type?.endsWith('StateEntered') ? event.stateEnteredEventDetails?.name : undefined;
}

function recordEvent(event: Event, bus: string, timeline: Timeline): void {
  const detail = event.detail as Record<string, unknown>;
  if (bus !== 'default') {
    recordOutcome(event, timeline);
    return;
  }
  if (!event.source.startsWith('aws.ec2') && event.source !== 'eks-steward.drill') return;
  const subject = String(detail['instance-id'] ?? event.source);
  const more = detail['instance-action'] ?? detail['state'];
  timeline.add(subject, `${event['detail-type']}${more === undefined ? '' : `: ${String(more)}`}`);
  if (event['detail-type'] === 'EC2 Spot Instance Interruption Warning') {
    timeline.setDeadline(Date.parse(event.time) + notice);
  }
}

/** Outcome events of the product, read as anybody outside would read them. */
function recordOutcome(event: Event, timeline: Timeline): void {
  const detail = event.detail as Outcome;
  const outcome = detail.outcome === undefined ? '' : `: ${detail.outcome}`;
  timeline.add(detail.workflow ?? event.source, `${event['detail-type']}${outcome} (${detail.subject ?? ''})`);
  for (const reason of detail.reasons ?? []) timeline.add('', `  ${reason.code}: ${reason.about}: ${reason.text}`);
  if (detail.error) timeline.add('', `  ${detail.error.Error}: ${messageOf(detail.error.Cause)}`);
  if (event['detail-type'] === 'Workflow Finished') timeline.setDeadline(undefined);
}
