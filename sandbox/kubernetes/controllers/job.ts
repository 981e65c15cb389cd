import { type ApiContext, nowOf } from '../api/context.ts';
import { deleteObject } from '../api/delete.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Condition, Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import type { Job } from '../types/workload-objects.ts';
import { claimPods, observeClaims } from './claims.ts';
import { type Controller, Rechecks } from './manager.ts';
import { PodControl } from './pod-control.ts';
import { conditionOf, controllerOf, isActive, isDeleting, isReady, keyOfObject, podDraft } from './pods.ts';

import type { Recorder } from './recorder.ts';

interface Counts {
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
}

function finished(job: Job): Condition | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

/** What a Job will be is said before it is (`newFailedConditionForFailureTarget`, `newSuccessCondition` in job_controller.go). */
function endingConditions(end: Condition, now: string): Condition[] {
  const announced = { ...end, type: end.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet' };
  return [announced, end].map((condition) => ({ ...condition, lastTransitionTime: now, lastProbeTime: now }));
}

/**
 * Runs the pods of each Job until enough have succeeded or too many failed.
 * Source: pkg/controller/job/job_controller.go; pods that vanish count as failed (the real one counts them by finalizers).
 */
export class JobController implements Controller {
  readonly name = 'job';
  readonly #context: ApiContext;
  readonly #rechecks: Rechecks;
  readonly #pods: PodControl;
  /** UIDs of ended pods that a job has counted, so that their removal does not uncount them. */
  readonly #ended = new Map<string, Map<string, boolean>>();

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#pods = new PodControl(context, recorder, 'job-controller');
    this.#rechecks = new Rechecks(context.clock, (key) => this.#expire(key));
  }

  observe(change: Change, enqueue: (key: string) => void): void {
    const { resource, object, type } = change;
    if (resource === 'jobs.batch') {
      if (type === 'DELETED') this.#ended.delete(object.metadata.uid);
      enqueue(keyOfObject(object));
      return;
    }
    if (resource !== 'pods') return;
    const owner = controllerOf(object);
    if (owner?.kind === 'Job') this.#note(owner.uid, object as Pod, type === 'DELETED');
    observeClaims(this.#context, change, { key: 'jobs.batch', kind: 'Job' }, enqueue);
  }

  reconcile(key: string): void {
    const job = this.#context.store.byKey('jobs.batch', key);
    if (!job) {
      this.#rechecks.cancel(key);
      return;
    }
    const counts = this.#count(job);
    const end = finished(job) ?? this.#endOf(job, counts);
    if (!isDeleting(job) && !end) this.#run(job, counts);
    if (end) for (const pod of counts.active) this.#pods.delete(job, pod);
    this.#updateStatus(key, end);
  }

  #note(job: string, pod: Pod, gone: boolean): void {
    const ended = this.#ended.get(job) ?? new Map<string, boolean>();
    if (pod.status.phase === 'Succeeded') ended.set(pod.metadata.uid, true);
    else if (pod.status.phase === 'Failed' || gone) ended.set(pod.metadata.uid, ended.get(pod.metadata.uid) ?? false);
    this.#ended.set(job, ended);
  }

  #count(job: Job): Counts {
    const active = claimPods(this.#context, job).filter(isActive);
    const ended = [...(this.#ended.get(job.metadata.uid)?.values() ?? [])];
    return { active, succeeded: ended.filter(Boolean).length, failed: ended.filter((ok) => !ok).length };
  }

  #endOf(job: Job, { succeeded, failed, active }: Counts): Condition | undefined {
    if (failed > (job.spec.backoffLimit ?? 6)) {
      const message = 'Job has reached the specified backoff limit';
      return { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message };
    }
    const { completions } = job.spec;
    const complete = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
    const message = 'Reached expected number of succeeded pods';
    return complete ? { type: 'Complete', status: 'True', reason: 'CompletionsReached', message } : undefined;
  }

  #run(job: Job, { active, succeeded }: Counts): void {
    const left =
      job.spec.completions === undefined
        ? succeeded > 0
          ? 0
          : Number.POSITIVE_INFINITY
        : job.spec.completions - succeeded;
    const wanted = job.spec.suspend ? 0 : Math.min(job.spec.parallelism ?? 1, left);
    for (let count = active.length; count < wanted; count++) {
      this.#pods.create(job, podDraft(job, job.spec.template, { generateName: `${job.metadata.name}-` }));
    }
    if (job.spec.suspend) for (const pod of active) this.#pods.delete(job, pod);
  }

  /** Source: pkg/controller/job/job_controller.go, recordJobFinished. */
  #tellEnd(job: Job, { type, reason = '', message = '' }: Condition): void {
    if (type === 'Complete') this.#pods.tell(job, 'Completed', 'Job completed');
    else this.#pods.tell(job, reason, message, 'Warning');
  }

  #updateStatus(key: string, end: Condition | undefined): void {
    const job = this.#context.store.byKey('jobs.batch', key);
    if (!job) return;
    const { active, succeeded, failed } = this.#count(job);
    const now = nowOf(this.#context);
    const conditions = job.status?.conditions ?? [];
    const ending = end && !conditionOf(conditions, end.type) ? endingConditions(end, now) : [];
    if (end && ending.length > 0) this.#tellEnd(job, end);
    const status = {
      ...job.status,
      startTime: job.status?.startTime ?? now,
      ...(active.length > 0 ? { active: active.length } : { active: undefined }),
      ready: active.filter(isReady).length,
      ...(succeeded > 0 ? { succeeded } : {}),
      ...(failed > 0 ? { failed } : {}),
      ...(end?.type === 'Complete' ? { completionTime: job.status?.completionTime ?? now } : {}),
      ...(conditions.length + ending.length > 0 ? { conditions: [...conditions, ...ending] } : {}),
    };
    if (!sameJson(status, job.status)) this.#context.store.put('jobs.batch', { ...job, status });
    const { ttlSecondsAfterFinished: ttl } = job.spec;
    if (end && ttl !== undefined) this.#rechecks.at(key, Date.parse(end.lastTransitionTime ?? now) + ttl * 1000);
  }

  #expire(key: string): void {
    const job = this.#context.store.byKey('jobs.batch', key);
    if (job && finished(job)) {
      const { namespace, name } = job.metadata;
      deleteObject(this.#context, definitionOf('jobs.batch'), { namespace, name });
    }
  }
}
