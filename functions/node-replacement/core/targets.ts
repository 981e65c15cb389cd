import type { Case } from '../../../shared/domain/case.ts';
import { type Subject, subjectOf } from '../../../shared/domain/subject.ts';
import { because, ownCause, type Policy, type Reason, type Target } from '../contract.ts';
import { type NodePolicy, resolvePolicy } from './policy.ts';

/** A target with the policy for its cause and group. */
export interface CurrentTarget extends Target {
  readonly policy: NodePolicy;
}

export interface CurrentTargets {
  readonly targets: readonly CurrentTarget[];
  /** Why some are not ours any more. */
  readonly lost: readonly Reason[];
}

/** The subject of an instance's case. */
export function instanceSubject(instanceId: string): Subject {
  return subjectOf('instance', instanceId);
}

/**
 * The targets that are still ours, with what later events have told of them: the end of an instance comes forward, a voluntary
 * drain becomes one of an interrupted node.
 */
export function currentOf(
  targets: readonly Target[],
  cases: ReadonlyMap<Subject, Case>,
  policy: Policy,
  execution: string,
): CurrentTargets {
  const current: CurrentTarget[] = [];
  const lost: Reason[] = [];
  for (const target of targets) {
    const known = cases.get(instanceSubject(target.instanceId));
    if (isLost(known, execution)) lost.push(because('JoinedOtherExecution', target.instanceId, known?.holder ?? ''));
    else current.push(tightened(target, known, policy));
  }
  return { targets: current, lost };
}

/**
 * Has another execution taken the case over, or put back what we had changed? A run that was taken for dead and comes back
 * must not touch the instance again. A case that we closed ourselves is not lost: the last step may run twice.
 */
function isLost(known: Case | undefined, execution: string): boolean {
  if (!known || known.holder === null) return false;
  return known.holder !== execution || known.closed?.outcome === 'RolledBack';
}

function tightened(target: Target, known: Case | undefined, policy: Policy): CurrentTarget {
  const told = known?.state === 'Open' && known.interrupted && known.endsAt !== null ? known : undefined;
  const cause = told && !target.interrupted ? ownCause(told.cause, target.cause) : target.cause;
  const resolved = resolvePolicy(policy, cause, target.group);
  if (told?.endsAt == null) return { ...target, policy: resolved };
  const drainBy = told.endsAt - resolved.finishBefore;
  const sooner = target.interrupted && target.drainBy !== null ? Math.min(target.drainBy, drainBy) : drainBy;
  return { ...target, cause, interrupted: true, drainBy: Math.max(0, sooner), policy: resolved };
}
