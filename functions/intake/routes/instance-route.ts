import * as z from 'zod';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import { isInstanceId } from '../../../shared/domain/instance-id.ts';
import { idOf, subjectOf } from '../../../shared/domain/subject.ts';
import { type Cause, nodeReplacement, ownCause } from '../../node-replacement/contract.ts';
import type { EventRule } from '../contract.ts';
import type { Batch } from '../core/batches.ts';
import { quarantine } from '../core/envelope.ts';
import { isHandled } from '../core/is-handled.ts';
import { resolveCluster } from '../core/resolve-cluster.ts';
import { type Decision, type Drop, jobOf, type Route, type Told, type Work } from '../route.ts';

export const instanceId = z.string().refine(isInstanceId, 'must be an EC2 instance id');

/** States after which an instance has no pods to lose. */
export const ended = ['shutting-down', 'terminated', 'stopping', 'stopped'];

/** What an event says about an instance that is one of ours, or why it says nothing. */
type Verdict =
  | { readonly contradiction: string }
  | { readonly gone: string }
  | (Pick<Work['news'], 'interrupted' | 'endsAt'> & { readonly cause: Cause });

/** What an event told of an instance: why, and what its execution is told too. */
interface Facts {
  readonly cause: Cause;
  readonly told: { readonly nodeName?: string };
}

interface InstanceRoute<Schema extends z.ZodType<{ 'instance-id': string }>> {
  readonly rule: EventRule;
  readonly detail: Schema;
  /** `instance` is what EC2 says now; times are epoch milliseconds. */
  readonly judge: (event: Told<z.output<Schema>>, instance: InstanceFacts, now: number) => Verdict;
}

/** What is done about instances, with what their events told of them. */
const replacement = jobOf(nodeReplacement, (batch: Batch<Facts>) => {
  const [first] = batch;
  const facts = batch.map(
    ({ case: { subject, endsAt }, facts: { told } }) =>
      [idOf(subject), { ...told, ...(endsAt !== null && { endsAt }) }] as const,
  );
  return {
    cluster: first.case.cluster,
    cause: ownCause(first.case.cause, first.facts.cause),
    instances: batch.map(({ case: { subject } }) => idOf(subject)),
    dryRun: false,
    facts: Object.fromEntries(facts),
  };
});

/**
 * A route of events about one instance: late ones of handled work are dropped, EC2 is believed rather than the event, and the tags
 * say which cluster it is of.
 */
export function instanceRoute<Schema extends z.ZodType<{ 'instance-id': string }>>({
  rule,
  detail,
  judge,
}: InstanceRoute<Schema>): Route<Schema> {
  return {
    rule,
    detail,
    instances: (read) => [read['instance-id']],
    decide: (event, world): Decision => {
      const id = event.detail['instance-id'];
      const drop = (code: Drop['code'], why: string): Drop => ({ kind: 'Drop', code, about: id, detail: why });
      if (isHandled(event.time, world.case(subjectOf('instance', id)))) return drop('AlreadyHandled', '');
      const instance = world.instance(id);
      if (!instance) return quarantine('Contradicted', 'EC2 knows no such instance');
      const resolution = resolveCluster(instance.tags, world.clusters);
      if ('drop' in resolution) return drop(resolution.drop, resolution.detail);
      const verdict = judge(event, instance, world.now);
      if ('contradiction' in verdict) return quarantine('Contradicted', verdict.contradiction);
      if ('gone' in verdict) return drop('InstanceGone', verdict.gone);
      const nodeName = instance.privateDnsName || undefined;
      const news = { subject: subjectOf('instance', id), cluster: resolution.cluster, ...verdict };
      return replacement.work(news, { cause: verdict.cause, told: { ...(nodeName !== undefined && { nodeName }) } });
    },
  };
}
