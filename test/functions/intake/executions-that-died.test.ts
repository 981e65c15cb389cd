import { beforeEach, describe, expect, it } from '@jest/globals';
import { lookAtWorld } from '../../../functions/intake/look-at-world.ts';
import { executionEnded } from '../../../functions/intake/routes/execution-ended.ts';
import { nodeReplacement } from '../../../functions/node-replacement/contract.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { subjectOf } from '../../../shared/domain/subject.ts';
import { addonUpgrade } from './addon-upgrade.ts';
import {
  anInbox,
  instance,
  machineArn,
  message,
  news,
  noon,
  ours,
  privateCell,
  rebalance,
  spot,
  state,
  subject,
} from './an-inbox.ts';

let inbox: ReturnType<typeof anInbox>;

beforeEach(() => {
  inbox = anInbox();
});

describe('intake', () => {
  describe('when the execution that holds the case', () => {
    const held = news({ cause: 'RebalanceRecommendation' });
    const silentFor = async (milliseconds: number) => {
      await inbox.cases.openOrJoin(held);
      await inbox.cases.claim(held, 'run');
      inbox.pass(milliseconds);
    };

    it('has ended and nobody heard of it, starts another one for an interruption at once', async () => {
      await silentFor(11_000);
      await inbox.handle([spot()]);
      expect(inbox.executions.started).toMatchObject([{ input: { cause: 'SpotInterruption', instances: [ours] } }]);
      expect(inbox.cases.rows.get(subject())).toMatchObject({ generation: 2, leaseUntil: 0 });
    });

    it('is running, lets the interruption join it', async () => {
      inbox.executions.running.add('run');
      await silentFor(11_000);
      await inbox.handle([spot()]);
      expect([inbox.executions.started, inbox.executions.asked]).toEqual([[], ['run']]);
    });

    it('has renewed its lease just now, does not even ask', async () => {
      await silentFor(5_000);
      await inbox.handle([spot()]);
      expect([inbox.executions.started, inbox.executions.asked]).toEqual([[], []]);
    });

    it('is silent for longer than its lease, starts another one for a recommendation too', async () => {
      await silentFor(leaseLength - 1);
      await inbox.handle([rebalance()]);
      expect([inbox.executions.started, inbox.executions.asked]).toEqual([[], []]);
      inbox.pass(1);
      await inbox.handle([rebalance()]);
      expect(inbox.executions.started).toMatchObject([{ input: { cause: 'RebalanceRecommendation' } }]);
    });

    it('is silent for longer than its lease and runs, is left alone', async () => {
      inbox.executions.running.add('run');
      await silentFor(leaseLength + 60_000);
      expect(await inbox.handle([rebalance()])).toEqual({ batchItemFailures: [] });
      expect([inbox.executions.started, inbox.executions.asked]).toEqual([[], ['run']]);
    });

    it('was one of another workflow, starts one with a cause of its own', async () => {
      const theirs = news({ cause: 'NodeImageAvailable' });
      await inbox.cases.openOrJoin(theirs);
      await inbox.cases.claim(theirs, 'run');
      inbox.pass(leaseLength);
      await inbox.handle([rebalance()]);
      const [{ input } = { input: {} }] = inbox.executions.started;
      expect(nodeReplacement.input.parse(input)).toMatchObject({ cause: 'RebalanceRecommendation', instances: [ours] });
    });

    it('is dead, starts one execution however many events say that the instance goes', async () => {
      await silentFor(30_000);
      await inbox.handle([spot(), spot(), state('shutting-down')]);
      inbox.ec2.set(ours, instance({ state: 'shutting-down' }));
      await inbox.handle([state('shutting-down')]);
      expect(inbox.executions.started).toHaveLength(1);
    });

    it('is asked for once for all the instances that it holds', async () => {
      const ids = ['i-0000000000000000a', 'i-0000000000000000b', 'i-0000000000000000c'];
      inbox.executions.running.add('run');
      for (const instanceId of ids) {
        inbox.ec2.set(instanceId, instance({ instanceId }));
        await inbox.cases.claim({ ...held, subject: subject(instanceId) }, 'run');
      }
      inbox.pass(30_000);
      await inbox.handle(ids.map((id) => spot(id)));
      expect([inbox.executions.started, inbox.executions.asked]).toEqual([[], ['run']]);
    });
  });

  describe('when an execution has ended without rolling back', () => {
    const aborted = (given: Record<string, unknown> = {}) =>
      message('Step Functions Execution Status Change', {
        name: 'run',
        stateMachineArn: machineArn,
        status: 'ABORTED',
        stopDate: noon - 1_000,
        ...given,
      });
    const leaveOpen = async () => {
      await inbox.journal.begin('run', { cluster: 'demo', subjects: [subject()], things: [] });
      await inbox.cases.claim(news(), 'run');
    };

    it('starts a cleanup if it left a case open, and only then', async () => {
      await inbox.handle([aborted()], 'other');
      expect(inbox.executions.started).toEqual([]);
      await leaveOpen();
      await inbox.handle([aborted()], 'other');
      expect(inbox.executions.started).toMatchObject([
        { input: { cluster: 'demo', cause: 'Cleanup', of: 'run', dryRun: false } },
      ]);
    });

    it('leaves it alone once somebody has redriven it', async () => {
      await leaveOpen();
      inbox.executions.running.add('run');
      inbox.executions.redrivenAt = noon;
      expect(await inbox.handle([aborted()], 'other')).toEqual({ batchItemFailures: [] });
      expect(inbox.executions.started).toEqual([]);
    });

    it('looks again later while Step Functions still calls it running', async () => {
      await leaveOpen();
      inbox.executions.running.add('run');
      inbox.executions.redrivenAt = noon - 60_000;
      const event = aborted();
      expect(await inbox.handle([event], 'other')).toEqual({ batchItemFailures: [{ itemIdentifier: event.id }] });
      inbox.executions.running.clear();
      await inbox.handle([event], 'other');
      expect(inbox.executions.started).toHaveLength(1);
    });

    it('is not misled by an execution of another machine with the same name', async () => {
      await leaveOpen();
      await inbox.handle([aborted({ stateMachineArn: 'arn:other' })], 'other');
      expect([inbox.executions.started, inbox.quarantined()]).toEqual([[], []]);
    });

    it('starts the cleanup in the cell of the machine that it was of', async () => {
      await leaveOpen();
      const stateMachineArn = inbox.ports.machines.arnOf('node-replacement', privateCell);
      await inbox.handle([aborted({ stateMachineArn })], 'other');
      expect(inbox.executions.started).toMatchObject([
        { machine: stateMachineArn, input: { cause: 'Cleanup', of: 'run' } },
      ]);
    });

    it('starts what the workflow of the execution declares, and in its own machine', async () => {
      const addon = subjectOf('addon', 'coredns');
      await inbox.journalOf(addonUpgrade.name).begin('run', { cluster: 'demo', subjects: [addon], things: [] });
      await inbox.cases.claim(news({ subject: addon }), 'run');
      const stateMachineArn = inbox.ports.machines.arnOf(addonUpgrade.name, 'public');
      await inbox.handle([aborted({ stateMachineArn })], 'other');
      const [cleanup] = inbox.executions.started;
      expect(cleanup).toMatchObject({ machine: stateMachineArn, input: { cluster: 'demo', undo: 'run' } });
      expect(addonUpgrade.input.safeParse(cleanup?.input).success).toBe(true);
    });

    it('says of a workflow whose runs leave nothing behind that nothing was changed', async () => {
      const stateMachineArn = inbox.ports.machines.arnOf('check', 'public');
      const event = { detail: { name: 'run', stateMachineArn, status: 'FAILED' as const }, time: noon };
      expect(await executionEnded.decide(event, await lookAtWorld(inbox.ports, []))).toMatchObject({
        kind: 'Drop',
        code: 'NothingChanged',
        about: 'run',
      });
    });

    it('believes no event of one that is at work', async () => {
      await leaveOpen();
      await inbox.handle([aborted({ status: 'RUNNING' })], 'other');
      expect(inbox.executions.started).toEqual([]);
      expect(inbox.quarantined()).toMatchObject([{ code: 'WrongField' }]);
    });
  });
});
