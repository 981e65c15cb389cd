import { beforeAll, describe, expect, it } from '@jest/globals';
import { workflows } from '../../functions/workflows.ts';
import { transientErrors } from '../../infra/constructs/transient-errors.ts';
import { taskErrors } from '../../shared/runtime/errors.ts';
import { type Machine, machinesOf } from '../infra/machines.ts';
import { deployed } from '../infra/resources.ts';

let all: Machine[] = [];

beforeAll(async () => {
  all = machinesOf(await deployed());
}, 240_000);

const machinesFor = (workflow: string) => all.filter((machine) => machine.workflow.name === workflow);

describe.each(workflows)('the state machines of $name', (workflow) => {
  const tasks = () => machinesFor(workflow.name).flatMap((machine) => machine.tasks);
  const calls = () => machinesFor(workflow.name).flatMap((machine) => machine.calls);

  it('are in JSONata and end at the latest when the contract says', () => {
    expect(machinesFor(workflow.name).length).toBeGreaterThan(0);
    for (const machine of machinesFor(workflow.name)) {
      expect(machine).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: workflow.longestRun });
    }
  });

  it('call every task of the contract', () => {
    expect([...new Set(calls().map(({ name }) => name))].toSorted()).toEqual(Object.keys(workflow.tasks).toSorted());
  });

  it('give every Task a timeout, and one that calls a function a longer one than the function has', () => {
    for (const { where, state } of tasks()) expect([where, state.TimeoutSeconds]).toEqual([where, expect.any(Number)]);
    for (const { where, state, functionTimeout } of calls()) {
      expect([where, functionTimeout]).toEqual([where, expect.any(Number)]);
      expect([where, (state.TimeoutSeconds ?? 0) > Number(functionTimeout)]).toEqual([where, true]);
    }
  });

  it('retry names that are transient, each with a cap and full jitter, and never all errors', () => {
    const known = [...transientErrors, 'EventBridge.ThrottlingException', 'EventBridge.InternalException'];
    for (const { where, state } of tasks()) {
      expect([where, state.Retry?.length ?? 0]).toEqual([where, 1]);
      for (const retry of state.Retry ?? []) {
        expect(known).toEqual(expect.arrayContaining(retry.ErrorEquals));
        expect(retry).toMatchObject({
          JitterStrategy: 'FULL',
          MaxDelaySeconds: expect.any(Number),
          MaxAttempts: expect.any(Number),
        });
      }
    }
  });

  it('retry every transient error of ours wherever a function is called, and no terminal one', () => {
    for (const { state } of calls()) {
      const retried = new Set(state.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals));
      for (const [name, kind] of Object.entries(taskErrors))
        expect([name, retried.has(name)]).toEqual([name, kind === 'transient']);
    }
  });

  it('catch what is left, so that every terminal error leads somewhere', () => {
    for (const { where, state } of calls()) {
      const caught = state.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? [];
      expect([where, caught.at(-1)]).toEqual([where, 'States.ALL']);
      for (const name of caught.slice(0, -1))
        expect([where, name, (taskErrors as Record<string, string>)[name]]).toEqual([where, name, 'terminal']);
    }
  });

  it('catch a pause by its name, before all errors, wherever a function obeys the pause switch', () => {
    for (const { where, state, task } of calls()) {
      const mayPause = task.needs.settings === 'obey';
      const looksOnly = state.Arguments?.Payload?.['dryRun'] === true;
      const [first] = state.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? [];
      expect([where, first === 'PausedError']).toEqual([where, mayPause && !looksOnly]);
    }
  });
});
