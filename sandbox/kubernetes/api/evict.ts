import type { Condition, Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import { labelMatcher } from '../types/selectors.ts';
import { badRequest, forbidden, notFound, StatusError, tooManyRequests } from '../types/status.ts';
import type { PodDisruptionBudget } from '../types/workload-objects.ts';
import { checkNamespace } from './admission.ts';
import { disruptionAllowedCondition } from './budget-condition.ts';
import { type ApiContext, nowOf } from './context.ts';
import { checkPreconditions, type DeleteOptions, deleteObject } from './delete.ts';

/** Every rule and word here: kubernetes/pkg/registry/core/pod/storage/eviction.go. */
const maxDisruptedPods = 2000;
const budgets = { group: 'policy', resource: 'poddisruptionbudget' };
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function ignoresBudgets(pod: Pod): boolean {
  const { phase } = pod.status;
  return (
    phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined
  );
}

function stillProcessed(budget: string): StatusError {
  const message = `The disruption budget ${budget} is still being processed by the server.`;
  return tooManyRequests(refusal, 10, [{ reason: 'DisruptionBudget', message }]);
}

function checkBudget(budget: PodDisruptionBudget): void {
  const { name, generation = 0 } = budget.metadata;
  const { observedGeneration = 0, disruptionsAllowed, disruptedPods, desiredHealthy, currentHealthy } = budget.status;
  if (observedGeneration < generation) throw stillProcessed(name);
  if (disruptionsAllowed < 0) throw forbidden(budgets, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods ?? {}).length > maxDisruptedPods) {
    throw forbidden(budgets, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed > 0) return;
  const message = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw tooManyRequests(refusal, 0, [{ reason: 'DisruptionBudget', message }]);
}

/** Takes one disruption from the budget at once, so that evictions of the same moment cannot exceed it. */
function decrement(context: ApiContext, budget: PodDisruptionBudget, pod: string): void {
  const disruptionsAllowed = budget.status.disruptionsAllowed - 1;
  const disruptedPods = { ...budget.status.disruptedPods, [pod]: nowOf(context) };
  const status = { ...budget.status, disruptionsAllowed, disruptedPods };
  const conditions = disruptionAllowedCondition(status, budget.metadata.generation ?? 0, nowOf(context));
  context.store.put('poddisruptionbudgets.policy', { ...budget, status: { ...status, conditions } });
}

function budgetsOf(context: ApiContext, pod: Pod): PodDisruptionBudget[] {
  return context.store
    .list('poddisruptionbudgets.policy', pod.metadata.namespace)
    .filter(({ spec }) => labelMatcher(spec.selector)(pod.metadata.labels));
}

/** True when an unready pod may go without counting. */
function unreadyMayGo(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  const { currentHealthy, desiredHealthy } = budget.status;
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function checkBudgets(context: ApiContext, pod: Pod, dryRun: boolean): void {
  const found = budgetsOf(context, pod);
  if (found.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, '', message);
  }
  const [budget] = found;
  if (!budget || unreadyMayGo(pod, budget)) return;
  checkBudget(budget);
  if (!dryRun) decrement(context, budget, pod.metadata.name);
}

/** The condition that tells later readers why the pod went. */
function markAsDisrupted(context: ApiContext, pod: Pod): Pod {
  const target: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: nowOf(context),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  return context.store.put('pods', { ...pod, status: { ...pod.status, conditions: [...others, target] } });
}

function deletionOptions(given: DeleteOptions | undefined, queryDryRun: readonly string[]): DeleteOptions {
  if (!given) return { dryRun: queryDryRun };
  const own = given.dryRun ?? [];
  if (own.length > 0 && queryDryRun.length > 0 && own.join() !== queryDryRun.join()) {
    throw badRequest(
      `Non-matching dry-run options in request and content: [${own.join(' ')}] and [${queryDryRun.join(' ')}]`,
    );
  }
  return { ...given, dryRun: own.length > 0 ? own : queryDryRun };
}

export interface Eviction {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly deleteOptions?: DeleteOptions;
}

/**
 * Evicts a pod: takes its disruption from the budget and deletes it with its grace period.
 * Throws `StatusError`: 400, 403, 404, 409 for preconditions, 429 for the budget, 500 when several budgets select the pod.
 */
export function evictPod(
  context: ApiContext,
  target: { readonly namespace: string; readonly name: string },
  eviction: Eviction,
  queryDryRun: readonly string[],
): void {
  const { namespace, name } = target;
  if (eviction.metadata.namespace && eviction.metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object');
  const definition = definitionOf('pods');
  const options = deletionOptions(eviction.deleteOptions, queryDryRun);
  // To admission an eviction is something new in its namespace.
  checkNamespace(context, definition, namespace, name);
  const pod = context.store.get('pods', namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  if (!ignoresBudgets(pod)) {
    // The real server takes the disruption before it looks at the preconditions; a wrong UID costs the budget one as well.
    checkBudgets(context, pod, dryRun);
  }
  checkPreconditions(definition, pod, options);
  if (dryRun) return;
  const marked = pod.metadata.deletionTimestamp ? pod : markAsDisrupted(context, pod);
  const { preconditions, ...rest } = options;
  // The condition has changed the resourceVersion, which was checked above.
  deleteObject(context, definition, target, {
    ...rest,
    preconditions: { uid: preconditions?.uid ?? marked.metadata.uid },
  });
}
