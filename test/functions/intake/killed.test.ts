import { beforeEach, describe, expect, it } from '@jest/globals';
import { handleInbox } from '../../../functions/intake/handle-inbox.ts';
import type { Ports } from '../../../functions/intake/ports.ts';
import type { Message } from '../../../shared/aws/queues.ts';
import { deadly, type Guard, Killed, type When } from '../../fakes/deadly.ts';
import { anInbox, instance, machineArn, message, news, noon, spot, subject } from './an-inbox.ts';

let inbox: ReturnType<typeof anInbox>;

beforeEach(() => {
  inbox = anInbox();
});

function guarded(ports: Ports, guard: Guard): Ports {
  return {
    ...ports,
    inboxes: { urgent: guard(ports.inboxes.urgent), other: guard(ports.inboxes.other) },
    quarantine: guard(ports.quarantine),
    instances: guard(ports.instances),
    cases: guard(ports.cases),
    journal: (workflow) => guard(ports.journal(workflow)),
    executions: guard(ports.executions),
  };
}

const ids = ['i-0000000000000000a', 'i-0000000000000000b', 'i-0000000000000000c'];
const ended = message('Step Functions Execution Status Change', {
  name: 'dead-run',
  stateMachineArn: machineArn,
  status: 'ABORTED',
  stopDate: noon - 1_000,
});

/** What was started claims its cases, as its first task does. */
async function executionsBegin(): Promise<void> {
  for (const { name, input } of inbox.executions.started) {
    for (const instanceId of (input['instances'] as string[] | undefined) ?? []) {
      const told = news({ subject: subject(instanceId), cause: 'SpotInterruption', interrupted: true });
      await inbox.cases.claim(told, name);
    }
  }
}

/** Two interruptions, a message of nonsense and the end of a run that left a case open; a third interruption waits behind them. */
async function prepare(): Promise<Message[]> {
  for (const instanceId of ids) inbox.ec2.set(instanceId, instance({ instanceId }));
  await inbox.journal.begin('dead-run', { cluster: 'demo', subjects: [subject('i-0dead')], things: [] });
  await inbox.cases.claim(news({ subject: subject('i-0dead') }), 'dead-run');
  inbox.doors.urgent.waiting = [spot(ids[2])];
  return [spot(ids[0]), spot(ids[1]), { id: 'poison', body: 'not json', receipt: 'r' }, ended];
}

/** SQS gives the whole batch again when its function has died, once it is visible again, and what else was fetched and not deleted. */
async function play(at: number, when: When): Promise<number> {
  const batch = await prepare();
  const { process, calls } = deadly(at, when);
  for (let time = 0; time < 2; time++) {
    try {
      await handleInbox(guarded(inbox.ports, process()), 'urgent')(batch);
      return calls();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await executionsBegin();
      inbox.pass(12_000);
    }
  }
  throw new Error('it was killed twice');
}

describe('intake', () => {
  it.each(['before', 'after'] as const)(
    'killed %s any of its calls starts one execution for each instance and loses nothing',
    async (when) => {
      const calls = await play(0, when);
      expect(calls).toBeGreaterThan(12);
      for (let at = 1; at <= calls; at++) {
        inbox = anInbox();
        await play(at, when);
        const instances = inbox.executions.started.flatMap(
          ({ input }) => (input['instances'] as string[] | undefined) ?? [],
        );
        const cleanups = inbox.executions.started
          .filter(({ input }) => input['cause'] === 'Cleanup')
          .map(({ input }) => input['of']);
        const codes = [...new Set(inbox.quarantined().map(({ code }) => code))];
        const states = [...inbox.cases.rows.values()].map(({ state }) => state);
        expect({ at, instances: instances.toSorted(), cleanups, codes, states }).toEqual({
          at,
          instances: ids,
          cleanups: ['dead-run'],
          codes: ['NotJson'],
          states: ['Open', 'Open', 'Open', 'Open'],
        });
        expect(inbox.doors.urgent.deleted.length).toBeGreaterThan(0);
      }
    },
  );
});
