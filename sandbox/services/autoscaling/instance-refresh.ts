import type { LaunchTemplate } from '../ec2/launch-templates.ts';
import type { ActivityTools } from './activities.ts';
import { capacity, type Group, type Member, staying } from './group.ts';
import { type Bounds, boundsOf, type Maintenance } from './maintenance.ts';
import type { Refresh } from './refresh.ts';

/** Defaults: API_RefreshPreferences. */
const defaults: Maintenance = { min: 90, max: 100 };
/** "Waits one hour for you to remove scale-in protection" or "to return the instances to service. Otherwise, the instance refresh will fail." */
const patience = 3_600_000;

const ends: Readonly<Record<string, string>> = {
  Successful: 'Succeeded',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
};

/** The refresh that has not ended; a group has one at a time. */
export function activeRefresh({ refreshes }: Pick<Group, 'refreshes'>): Refresh | undefined {
  return refreshes.find(({ endedAt }) => endedAt === undefined);
}

/** "If a scale-out event occurs during an instance refresh, Amazon EC2 Auto Scaling launches new instances with the desired configuration". */
export function templateFor(group: Group): LaunchTemplate {
  return activeRefresh(group)?.template ?? group.template;
}

/** Within which numbers the group is refreshed. */
export function refreshBounds(group: Group, { preferences }: Refresh): Bounds {
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = preferences;
  const fallback = group.maintenance ?? defaults;
  const explicit = max !== undefined || group.maintenance !== undefined;
  return boundsOf(group.desired, { min: min ?? fallback.min, max: max ?? fallback.max }, explicit);
}

/** Old members that it may replace now. */
export function replaceable(group: Group, refresh: Refresh): Member[] {
  if (refresh.status !== 'InProgress' || group.suspended.has('InstanceRefresh')) return [];
  return oldOf(group, refresh).filter(
    (member) => !isBlocked(member, refresh) && !member.lifecycleState.startsWith('Pending'),
  );
}

/** Members in service that are healthy and have warmed up. */
export function ready(group: Group, now: number): Member[] {
  const warmup = (activeRefresh(group)?.preferences.InstanceWarmup ?? 0) * 1000;
  return capacity(group).filter(
    ({ lifecycleState, healthy, servesSince }) =>
      lifecycleState === 'InService' && healthy && (servesSince ?? 0) + (servesSince === undefined ? 0 : warmup) <= now,
  );
}

/**
 * Brings a refresh on: begins it, lets go of what it is to ignore, and ends it when nothing is left to do. Gives the milliseconds until it
 * must be looked at again by itself, or undefined.
 */
export function advance(tools: ActivityTools, group: Group): number | undefined {
  const refresh = activeRefresh(group);
  if (!refresh) return undefined;
  const now = tools.clock.now();
  if (refresh.status === 'Pending') begin(tools, group, refresh);
  const old = oldOf(group, refresh);
  const settling = staying(group).filter(({ lifecycleState: state }) => state !== 'InService' && state !== 'Standby');
  if (refresh.status === 'Cancelling') {
    if (settling.length + group.members.size === staying(group).length) end(tools, group, refresh, 'Cancelled');
    return undefined;
  }
  const warm = ready(group, now);
  refresh.percent = percentOf(refresh, old, capacity(group).length - warm.length);
  if (old.length === 0 && settling.length === 0 && warm.length >= group.desired) {
    group.template = refresh.template ?? group.template;
    end(tools, group, refresh, 'Successful');
    return undefined;
  }
  return blockedFor(tools, group, refresh, old) ?? warmingFor(group, refresh, now);
}

/** Ends it at once or, if asked for, when what is under way has come to its end. */
export function cancel(tools: ActivityTools, group: Group, refresh: Refresh, wait: boolean): void {
  refresh.status = 'Cancelling';
  refresh.reason = 'Cancelled due to user request.';
  if (!wait) end(tools, group, refresh, 'Cancelled');
}

function begin(tools: ActivityTools, group: Group, refresh: Refresh): void {
  refresh.status = 'InProgress';
  refresh.startedAt = tools.clock.now();
  tell(tools, group, refresh, 'Started');
  const { ScaleInProtectedInstances: guarded, StandbyInstances: standby } = refresh.preferences;
  for (const { instance, protectedFromScaleIn, lifecycleState } of oldOf(group, refresh)) {
    const ignored =
      (protectedFromScaleIn && guarded === 'Ignore') || (lifecycleState === 'Standby' && standby === 'Ignore');
    if (ignored) refresh.old.delete(instance.instanceId);
  }
}

function oldOf(group: Group, refresh: Refresh): Member[] {
  return staying(group).filter(({ instance }) => refresh.old.has(instance.instanceId));
}

function isBlocked({ protectedFromScaleIn, lifecycleState }: Member, { preferences }: Refresh): boolean {
  if (lifecycleState === 'Standby') return preferences.StandbyInstances !== 'Terminate';
  return protectedFromScaleIn && preferences.ScaleInProtectedInstances !== 'Refresh';
}

function blockedFor(tools: ActivityTools, group: Group, refresh: Refresh, old: readonly Member[]): number | undefined {
  const blocked = old.length > 0 && old.every((member) => isBlocked(member, refresh));
  if (!blocked) {
    refresh.blockedSince = undefined;
    return undefined;
  }
  const now = tools.clock.now();
  refresh.blockedSince ??= now;
  const left = refresh.blockedSince + patience - now;
  if (left > 0) return left;
  refresh.reason = 'Instances in Standby or protected from scale in were not returned to service within an hour.';
  end(tools, group, refresh, 'Failed');
  return undefined;
}

function warmingFor(group: Group, { preferences }: Refresh, now: number): number | undefined {
  const warmup = (preferences.InstanceWarmup ?? 0) * 1000;
  const left = capacity(group)
    .map(({ servesSince }) => (servesSince ?? 0) + warmup - now)
    .filter((ms) => ms > 0);
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** "When the instance's health status changes to healthy and the specified warm-up time passes, the instance is considered updated". */
function percentOf({ total }: Refresh, old: readonly Member[], unready: number): number {
  return total === 0 ? 100 : Math.floor((Math.max(0, total - old.length - unready) / total) * 100);
}

function end(
  tools: ActivityTools,
  group: Group,
  refresh: Refresh,
  status: 'Successful' | 'Failed' | 'Cancelled',
): void {
  refresh.status = status;
  refresh.endedAt = tools.clock.now();
  if (status === 'Successful') refresh.percent = 100;
  tell(tools, group, refresh, ends[status] ?? status);
}

/** Members of the event: ec2-auto-scaling-event-reference. */
function tell({ emit }: ActivityTools, group: Group, { id }: Refresh, what: string): void {
  emit({
    source: 'aws.autoscaling',
    detailType: `EC2 Auto Scaling Instance Refresh ${what}`,
    resources: [group.arn],
    detail: { InstanceRefreshId: id, AutoScalingGroupName: group.name },
  });
}
