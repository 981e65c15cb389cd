import type { Case, CaseNews } from '../../../shared/domain/case.ts';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import type { DropCode, QuarantineCode } from '../contract.ts';
import { quarantineCodes } from '../contract.ts';
import type { Parsed } from './parse-event.ts';
import { resolveCluster } from './resolve-cluster.ts';

export type InstanceEvent = Extract<Parsed, { kind: 'Instance' }>;

export type Route =
  | { readonly kind: 'Work'; readonly news: CaseNews; readonly nodeName: string | undefined }
  | { readonly kind: 'Drop'; readonly code: DropCode; readonly detail: string }
  | { readonly kind: 'Quarantine'; readonly code: QuarantineCode; readonly reason: string };

/** EC2 gives two minutes' notice, and none before it hibernates (EC2 user guide, spot-instance-termination-notices). */
const notice = 120_000;
/** What is left of an instance that is being stopped without notice; systemd's default stop timeout is 90 s. */
const stopping = 60_000;

const ended = ['shutting-down', 'terminated', 'stopping', 'stopped'];

/** An instance is gone minutes after its warning; one that still runs was spared, or it was stopped and is back. Milliseconds. */
const sparedAfter = 300_000;

/** Events about an instance that we have replaced keep coming for a while. Milliseconds. */
const aftermath = 300_000;

/** Is this a late event of work that has ended with the instance gone? */
export function isHandled(event: InstanceEvent, known: Case | undefined): boolean {
  if (!known?.closed || !['Replaced', 'Drained'].includes(known.closed.outcome)) return false;
  return event.time <= known.closed.at + aftermath;
}

/** Decides what one event means, given what EC2 says of its instance and which clusters are named. */
export function routeEvent(
  event: InstanceEvent,
  instance: InstanceFacts | undefined,
  named: readonly string[],
  now: number,
): Route {
  if (!instance) return contradicted('EC2 knows no such instance');
  const resolution = resolveCluster(instance.tags, named);
  if ('drop' in resolution) return { kind: 'Drop', code: resolution.drop, detail: resolution.detail };
  const contradiction = contradictionOf(event, instance, now);
  if (contradiction !== undefined) return contradicted(contradiction);
  const gone = { kind: 'Drop', code: 'InstanceGone', detail: instance.state } as const;
  if (instance.state === 'terminated') return gone;
  const base = { instanceId: event.instanceId, cluster: resolution.cluster };
  const nodeName = instance.privateDnsName || undefined;
  switch (event.about) {
    case 'SpotInterruption': {
      const deadline = event.time + (event.action === 'hibernate' ? 0 : notice);
      return { kind: 'Work', nodeName, news: { ...base, cause: 'SpotInterruption', forced: true, deadline } };
    }
    case 'RebalanceRecommendation': {
      if (ended.includes(instance.state)) return gone;
      const news = { ...base, cause: 'RebalanceRecommendation', forced: false, deadline: null };
      return { kind: 'Work', nodeName, news };
    }
    case 'StateChange': {
      const going = event.state === 'stopping' || event.state === 'shutting-down';
      if (!going) return { kind: 'Drop', code: 'InstanceGone', detail: event.state ?? '' };
      const news = { ...base, cause: 'InstanceStopping', forced: true, deadline: event.time + stopping };
      return { kind: 'Work', nodeName, news };
    }
  }
}

/** Forged or confused messages: what they claim cannot be, whatever the order of events. */
function contradictionOf(event: InstanceEvent, instance: InstanceFacts, now: number): string | undefined {
  const minutes = Math.floor((now - event.time) / 60_000);
  if (event.about === 'SpotInterruption' && instance.state === 'running' && now > event.time + notice + sparedAfter)
    return `the warning is ${minutes} minutes old, EC2 says 'running'`;
  if (event.about !== 'StateChange' && !instance.spot) return 'the instance is not a Spot instance';
  const claimsEnd = event.about === 'StateChange' && ended.includes(event.state ?? '');
  if (claimsEnd && instance.state === 'running') return `the event says '${event.state}', EC2 says 'running'`;
  return undefined;
}

function contradicted(detail: string): Route {
  return { kind: 'Quarantine', code: 'Contradicted', reason: `${quarantineCodes.Contradicted}: ${detail}` };
}
