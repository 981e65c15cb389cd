import { beforeEach, describe, expect, it } from '@jest/globals';
import { handleInbox } from '../../../functions/intake/handle-inbox.ts';
import { deadly, Killed } from '../../fakes/deadly.ts';
import { anInbox, instance, spot } from './an-inbox.ts';

let inbox: ReturnType<typeof anInbox>;

beforeEach(() => {
  inbox = anInbox();
});

describe('intake', () => {
  describe.each(['before', 'after'] as const)('killed %s any of its calls', (when) => {
    const ids = ['i-0000000000000000a', 'i-0000000000000000b'];
    /** What was started claims its cases, as its first task does. */
    const executionsBegin = async () => {
      for (const { name, input } of inbox.executions.started) {
        inbox.executions.running.add(name);
        for (const instanceId of input['instances'] as string[]) {
          const news = { instanceId, cluster: 'demo', cause: 'SpotInterruption', forced: true, deadline: null };
          await inbox.cases.claim(news, name);
        }
      }
    };
    const play = async (at: number) => {
      for (const instanceId of ids) inbox.ec2.set(instanceId, instance({ instanceId }));
      const batch = [...ids.map((id) => spot(id)), { id: 'poison', body: 'not json', receipt: 'r' }];
      const { process, calls } = deadly(at, when);
      // SQS gives the whole batch again when its function has died, once it is visible again.
      for (let time = 0; time < 2; time++) {
        const guard = process();
        const { ports } = inbox;
        const guarded = {
          ...ports,
          inbox: guard(ports.inbox),
          quarantine: guard(ports.quarantine),
          instances: guard(ports.instances),
          cases: guard(ports.cases),
          executions: guard(ports.executions),
        };
        try {
          await handleInbox(guarded)(batch);
          return calls();
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          await executionsBegin();
          inbox.pass(60_000);
        }
      }
      throw new Error('it was killed twice');
    };

    it('starts one execution for each instance and loses nothing', async () => {
      const calls = await play(0);
      expect(calls).toBeGreaterThan(5);
      for (let at = 1; at <= calls; at++) {
        inbox = anInbox();
        await play(at);
        const instances = inbox.executions.started.flatMap(({ input }) => input['instances'] as string[]);
        expect({ at, instances: instances.toSorted() }).toEqual({ at, instances: ids });
        expect({ at, codes: [...new Set(inbox.quarantined.map(({ code }) => code))] }).toEqual({
          at,
          codes: ['NotJson'],
        });
        expect([...inbox.cases.rows.values()].map(({ state }) => state)).toEqual(['Open', 'Open']);
      }
    });
  });
});
