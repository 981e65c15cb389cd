import { type ApiContext, timestamp } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import { keyOf } from '../store/collection.ts';
import type { Change } from '../store/store.ts';
import { CronSchedule } from '../types/cron-schedule.ts';
import { sameJson } from '../types/equal.ts';
import { definitionOf } from '../types/resources.ts';
import type { CronJob, Job } from '../types/workload-objects.ts';
import { type Controller, Rechecks } from './manager.ts';
import { conditionOf, controllerOf, isDeleting, keyOfObject, ownedBy } from './pods.ts';
import type { Recorder } from './recorder.ts';

function hasEnded(job: Job, type: 'Complete' | 'Failed'): boolean {
  return conditionOf(job.status?.conditions, type)?.status === 'True';
}

function startOf(job: Job): string {
  return job.status?.startTime ?? job.metadata.creationTimestamp;
}

/**
 * Makes a Job whenever the schedule of a CronJob comes round, and removes the oldest ended ones.
 * Source: pkg/controller/cronjob/cronjob_controllerv2.go and utils.go. Which Jobs are active is read from the Jobs themselves, so
 * none can be forgotten.
 */
export class CronJobController implements Controller {
  readonly name = 'cronjob';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #rechecks: Rechecks;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe({ resource, object }: Change, enqueue: (key: string) => void): void {
    if (resource === 'cronjobs.batch') enqueue(keyOfObject(object));
    const owner = resource === 'jobs.batch' ? controllerOf(object) : undefined;
    if (owner?.kind === 'CronJob') enqueue(keyOf(object.metadata.namespace, owner.name));
  }

  reconcile(key: string): void {
    const cron = this.#context.store.byKey('cronjobs.batch', key);
    this.#rechecks.cancel(key);
    if (!cron) return;
    const jobs = this.#jobsOf(cron);
    this.#tellEnded(cron, jobs);
    this.#prune(cron, jobs);
    const scheduled = isDeleting(cron) || cron.spec.suspend ? undefined : this.#run(cron);
    this.#updateStatus(key, scheduled);
  }

  #jobsOf(cron: CronJob): Job[] {
    return this.#context.store
      .ownedBy(cron.metadata.uid)
      .flatMap(({ resource, object }) => (resource === 'jobs.batch' ? [object as Job] : []))
      .sort((left, right) => startOf(left).localeCompare(startOf(right)));
  }

  #activeOf(cron: CronJob): Job[] {
    return this.#jobsOf(cron).filter((job) => !hasEnded(job, 'Complete') && !hasEnded(job, 'Failed'));
  }

  #tell(cron: CronJob, reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    this.#recorder.record(cron, { type, reason, message, component: 'cronjob-controller' });
  }

  #tellEnded(cron: CronJob, jobs: readonly Job[]): void {
    const active = new Set((cron.status?.active ?? []).map((item) => (item as { uid?: string }).uid));
    for (const job of jobs.filter(({ metadata }) => active.has(metadata.uid))) {
      const condition = (['Complete', 'Failed'] as const).find((type) => hasEnded(job, type));
      if (condition)
        this.#tell(cron, 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${condition}`);
    }
  }

  #prune(cron: CronJob, jobs: readonly Job[]): void {
    const { successfulJobsHistoryLimit: successes = 3, failedJobsHistoryLimit: failures = 1 } = cron.spec;
    for (const [type, limit] of [['Complete', successes] as const, ['Failed', failures] as const]) {
      const ended = jobs.filter((job) => hasEnded(job, type) && !isDeleting(job));
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) this.#delete(cron, job);
    }
  }

  #delete(cron: CronJob, { metadata }: Job): void {
    const { namespace, name } = metadata;
    deleteObject(this.#context, definitionOf('jobs.batch'), { namespace, name });
    this.#tell(cron, 'SuccessfulDelete', `Deleted job ${name}`);
  }

  /** Starts what is due and sets the timer of the next time. Gives the time of the Job that was started. */
  #run(cron: CronJob): string | undefined {
    const schedule = new CronSchedule(cron.spec.schedule, cron.spec.timeZone);
    const now = this.#context.clock.now();
    const due = this.#dueAt(cron, schedule, now);
    const started = due !== undefined && this.#mayStart(cron, due, now) ? this.#start(cron, due) : undefined;
    const next = schedule.next(now);
    if (next !== undefined) this.#rechecks.at(keyOfObject(cron), next);
    return started;
  }

  /** The latest time since the last start that has come. */
  #dueAt(cron: CronJob, schedule: CronSchedule, now: number): number | undefined {
    const { startingDeadlineSeconds: deadline } = cron.spec;
    const since = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp);
    let due: number | undefined;
    let next = schedule.next(deadline === undefined ? since : Math.max(since, now - deadline * 1000));
    while (next !== undefined && next <= now) {
      due = next;
      next = schedule.next(next);
    }
    return due;
  }

  #mayStart(cron: CronJob, due: number, now: number): boolean {
    const { concurrencyPolicy, startingDeadlineSeconds: deadline } = cron.spec;
    if (deadline !== undefined && due + deadline * 1000 < now) return false;
    const active = this.#activeOf(cron);
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#tell(cron, 'JobAlreadyActive', message);
      return false;
    }
    if (concurrencyPolicy === 'Replace') for (const job of active) this.#delete(cron, job);
    return true;
  }

  #start(cron: CronJob, due: number): string | undefined {
    const { metadata = {}, spec } = cron.spec.jobTemplate;
    const annotations = { ...metadata.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due) };
    const made = createTrusted(this.#context, 'jobs.batch', {
      metadata: {
        name: `${cron.metadata.name}-${Math.floor(due / 60_000)}`,
        namespace: cron.metadata.namespace,
        ...(metadata.labels ? { labels: metadata.labels } : {}),
        annotations,
        ownerReferences: [ownedBy(cron)],
      },
      spec,
    });
    if (made) this.#tell(cron, 'SuccessfulCreate', `Created job ${made.metadata.name}`);
    return made && timestamp(due);
  }

  #updateStatus(key: string, scheduled: string | undefined): void {
    const { store } = this.#context;
    const cron = store.byKey('cronjobs.batch', key);
    if (!cron) return;
    const active = this.#activeOf(cron).map(({ apiVersion, kind, metadata }) => {
      const { namespace, name, uid, resourceVersion } = metadata;
      return { apiVersion, kind, namespace, name, uid, resourceVersion };
    });
    const known = new Map((cron.status?.active ?? []).map((item) => [(item as { uid?: string }).uid, item]));
    const successes = this.#jobsOf(cron).flatMap(({ status }) => status?.completionTime ?? []);
    const last = [cron.status?.lastSuccessfulTime, ...successes]
      .filter((time) => time !== undefined)
      .toSorted()
      .at(-1);
    const status = {
      // A reference keeps the version that its Job had when it was made.
      active: active.length > 0 ? active.map((item) => known.get(item.uid) ?? item) : undefined,
      lastScheduleTime: scheduled ?? cron.status?.lastScheduleTime,
      lastSuccessfulTime: last,
    };
    if (!sameJson(status, cron.status)) store.put('cronjobs.batch', { ...cron, status });
  }
}
