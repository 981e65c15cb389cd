import { describe, expect, it } from '@jest/globals';
import { scenario, useScenario } from './use-scenario.ts';

useScenario();

/** The alarms that are on, without the stack's name. */
async function ringing(): Promise<string[]> {
  const { MetricAlarms } = await scenario.call<{ MetricAlarms: { AlarmName: string }[] }>(
    'monitoring',
    'DescribeAlarms',
    {
      StateValue: 'ALARM',
    },
  );
  return MetricAlarms.map(({ AlarmName }) => AlarmName.replace(/^eks-steward-/, ''));
}

const queueUrl = (part: string) => {
  const queue = scenario.sandbox.queues.all().find(({ arn }) => arn.includes(part));
  return queue ? scenario.sandbox.queues.url(queue) : '';
};

/** An alarm judges whole minutes. */
const toTheNextMinute = () => 60_000 - (scenario.sandbox.clock.now() % 60_000) + 500;

describe('the alarms', () => {
  it('are silent through an interruption', async () => {
    scenario.sandbox.world.interruptSpot(scenario.spot);
    const rang = new Set<string>();
    for (let minute = 0; minute < 6; minute++) {
      await scenario.letPass(60_000);
      for (const name of await ringing()) rang.add(name);
    }
    expect(await scenario.executions()).toMatchObject([{ outcome: 'Replaced' }]);
    expect([...rang]).toEqual([]);
  });

  it.each(['dead-letters', 'quarantine', 'undelivered'])('go off when there is a message in %s', async (name) => {
    await scenario.call('sqs', 'SendMessage', { QueueUrl: queueUrl(name), MessageBody: 'lost' });
    await scenario.letPass(121_000);
    expect(await ringing()).toEqual([name]);
  });

  it('go off when an execution fails, and stop when the minute is over', async () => {
    await scenario.run({ cluster: 'nobody', instances: ['i-0123456789abcdef0'] });
    await scenario.untilIdle();
    await scenario.letPass(toTheNextMinute());
    expect(await ringing()).toEqual(['node-replacement-failed']);
    await scenario.letPass(120_000);
    expect(await ringing()).toEqual([]);
  });

  it('go off when events wait for more than a minute', async () => {
    const { EventSourceMappings } = await scenario.call<{
      EventSourceMappings: { UUID: string; EventSourceArn: string }[];
    }>('lambda', 'ListEventSourceMappings', {});
    const urgent = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn.endsWith('inbox-urgent'));
    await scenario.call('lambda', 'UpdateEventSourceMapping', { UUID: urgent?.UUID, Enabled: false });
    await scenario.putEvents(scenario.warning(scenario.spot));
    await scenario.letPass(toTheNextMinute());
    expect(await ringing()).toEqual([]);
    await scenario.letPass(120_000);
    expect(await ringing()).toEqual(['inbox-age']);
  });

  it('go off when intake fails again and again to do what an event asks for', async () => {
    await scenario.call('sqs', 'DeleteQueue', { QueueUrl: queueUrl('quarantine') });
    await scenario.call('sqs', 'SendMessage', { QueueUrl: queueUrl('inbox-urgent'), MessageBody: 'nonsense' });
    await scenario.letPass(toTheNextMinute() + 60_000);
    expect(await ringing()).toEqual(['inbox-failures']);
  });

  it('go off when pods are still on a node at its deadline', async () => {
    const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    const labels = { app: 'held' };
    scenario.cluster.apply([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'held', namespace: 'kube-system' },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              nodeSelector: { 'kubernetes.io/hostname': node },
              containers: [{ name: 'main', image: 'app:1' }],
            },
          },
        },
      },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'held', namespace: 'kube-system' },
        spec: { maxUnavailable: 0, selector: { matchLabels: labels } },
      },
    ]);
    await scenario.letPass(10_000);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await scenario.letPass(110_000);
    await scenario.letPass(toTheNextMinute());
    expect(await ringing()).toEqual(['deadlines-missed']);
    await scenario.untilIdle();
    expect(JSON.stringify((await scenario.executions())[0]?.reasons)).toContain('DeadlineReached');
  });
});
