import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { knownDrill } from '../../../sandbox/drills/drills.ts';
import type { Event } from '../../../sandbox/services/events/contract.ts';
import { Scenario } from '../../scenarios/scenario.ts';

jest.setTimeout(240_000);

const day = 24 * 3_600_000;

let scenario: Scenario;

beforeAll(async () => {
  scenario = await Scenario.start();
});

afterAll(async () => {
  await scenario.end();
});

/** Plays a file of these events; gives back what came on the default bus. */
async function play(...events: readonly object[]): Promise<Event[]> {
  const path = join(mkdtempSync(join(tmpdir(), 'drill-')), 'events.json');
  writeFileSync(path, JSON.stringify(events));
  const seen: Event[] = [];
  scenario.sandbox.buses.onEvent((event, bus) => {
    if (bus === 'default' && event.source === 'aws.ec2') seen.push(event);
  });
  await scenario.during(async () => await knownDrill(path)?.(scenario.sandbox));
  await scenario.untilIdle();
  return seen;
}

const warning = () => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Spot Instance Interruption Warning',
  detail: { 'instance-id': scenario.spot, 'instance-action': 'terminate' },
});

/** Codes of the messages in quarantine. */
async function quarantined(): Promise<string[]> {
  const queues = await scenario.call<{ QueueUrls: string[] }>('sqs', 'ListQueues', {});
  const QueueUrl = queues.QueueUrls.find((url) => url.endsWith('-quarantine'));
  const { Messages = [] } = await scenario.call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
  });
  return Messages.map(({ Body }) => (JSON.parse(Body) as { code: string }).code);
}

describe('a drill of a file', () => {
  it('sends whole events as they are: a day-old one and one of another account end in quarantine', async () => {
    const time = new Date(scenario.sandbox.clock.now() - day - 60_000).toISOString();
    const old = { ...warning(), version: '0', id: 'an-old-one', account: '000000000000', region: 'us-east-1', time };
    const foreign = { ...warning(), account: '111122223333' };
    const seen = await play(old, foreign);
    expect(seen[0]).toEqual({ ...old, resources: [] });
    expect(seen[1]).toMatchObject({ account: '111122223333', region: 'us-east-1' });
    expect((await quarantined()).toSorted()).toEqual(['StaleTime', 'WrongAccount']);
    expect(await scenario.executions()).toEqual([]);
  });

  it('fills in what is missing, so that the event is of here and now', async () => {
    const now = scenario.sandbox.clock.now();
    const [event] = await play(warning());
    expect(event).toMatchObject({ ...warning(), version: '0', account: '000000000000', region: 'us-east-1' });
    expect(event?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(Date.parse(event?.time ?? '') - now)).toBeLessThan(1_000);
    expect(await scenario.executions()).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
  });
});
