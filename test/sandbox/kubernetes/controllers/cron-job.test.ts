import { describe, expect, it } from '@jest/globals';
import { node, withCluster } from '../sandbox-cluster.ts';

const target = withCluster();
const minute = 60_000;

function cronJob(
  name: string,
  spec: object = {},
  annotations: object = { 'sandbox.eks-steward/runs-for': '5s' },
): object {
  const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'app:1' }] };
  const template = { metadata: { labels: { app: name }, annotations }, spec: pod };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'default' },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { backoffLimit: 0, template } }, ...spec },
  };
}

const cronOf = (name: string) => target().cluster.store.get('cronjobs.batch', 'default', name);
const jobsOf = (name: string) =>
  target()
    .cluster.store.list('jobs.batch')
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === name);
const eventsOf = (name: string) =>
  target()
    .cluster.store.list('events')
    .filter(({ involvedObject }) => involvedObject.kind === 'CronJob' && involvedObject.name === name)
    .map(({ reason }) => reason);

async function run(name: string, minutes: number, spec?: object, annotations?: object): Promise<void> {
  const { cluster, clock } = target();
  if (!cluster.store.get('nodes', undefined, 'worker')) cluster.addNode(node('worker'));
  await clock.letPass(minute - (clock.now() % minute));
  cluster.apply([cronJob(name, spec, annotations)]);
  await clock.letPass(minutes * minute);
}

describe('a CronJob', () => {
  it('makes a Job whenever its schedule comes round, and keeps the latest three that succeeded', async () => {
    await run('steady', 5.5);
    const jobs = jobsOf('steady');
    expect(jobs).toHaveLength(3);
    expect(jobs.every(({ status }) => status?.succeeded === 1)).toBe(true);
    expect(cronOf('steady')?.status).toMatchObject({
      lastScheduleTime: expect.stringMatching(/:00Z$/),
      lastSuccessfulTime: jobs.at(-1)?.status?.completionTime,
    });
    expect(eventsOf('steady')).toEqual(
      expect.arrayContaining(['SuccessfulCreate', 'SawCompletedJob', 'SuccessfulDelete']),
    );
  });

  it('names a Job by the minute of its time, and says the time in an annotation', async () => {
    await run('named', 1.5);
    const [job] = jobsOf('named');
    const scheduled = job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '';
    expect(job?.metadata.name).toBe(`named-${Date.parse(scheduled) / minute}`);
  });

  it('keeps the latest one that failed', async () => {
    const failing = { 'sandbox.eks-steward/runs-for': '5s', 'sandbox.eks-steward/fails': 'true' };
    await run('failing', 3.5, {}, failing);
    expect(jobsOf('failing')).toHaveLength(1);
    expect(jobsOf('failing')[0]?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Failed' }));
  });

  it.each([
    ['Allow', 3, 'SuccessfulCreate'],
    ['Forbid', 1, 'JobAlreadyActive'],
    ['Replace', 1, 'SuccessfulDelete'],
  ])('with jobs that do not end runs, with the policy %s, %d of them', async (concurrencyPolicy, count, reason) => {
    const name = `endless-${concurrencyPolicy.toLowerCase()}`;
    await run(name, 3.5, { concurrencyPolicy }, {});
    expect(jobsOf(name)).toHaveLength(count);
    expect(cronOf(name)?.status?.active).toHaveLength(count);
    expect(eventsOf(name)).toContain(reason);
  });

  it('makes nothing while it is suspended', async () => {
    await run('idle', 2.5, { suspend: true });
    expect(jobsOf('idle')).toHaveLength(0);
  });
});
