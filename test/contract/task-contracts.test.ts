import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { workflows } from '../../functions/workflows.ts';
import { type Machine, machinesOf } from '../infra/machines.ts';
import { deployed } from '../infra/resources.ts';

let all: Machine[] = [];

beforeAll(async () => {
  all = machinesOf(await deployed());
}, 240_000);

/** The names of an object schema's members, and those that must be given. */
function membersOf(schema: z.ZodType, io: 'input' | 'output'): { all: string[]; required: string[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { all: Object.keys(properties).toSorted(), required: [...required].toSorted() };
}

describe.each(workflows)('the contract of $name', ({ name: workflow, tasks, output: end }) => {
  const machines = () => all.filter((machine) => machine.workflow.name === workflow);
  const callersOf = (task: string) => machines().flatMap(({ calls }) => calls.filter(({ name }) => name === task));

  it('has exactly the members that an execution gives at its end', () => {
    const ends = machines().flatMap(({ States }) => Object.values(States).filter(({ End }) => End));
    expect(ends.length).toBeGreaterThan(0);
    const { all: members } = membersOf(end, 'output');
    for (const { Output } of ends) expect(Object.keys(Output ?? {}).toSorted()).toEqual(members);
  });

  it.each(Object.entries(tasks))('of %s is what every state gives', (task, { input }) => {
    expect(callersOf(task).length).toBeGreaterThan(0);
    const { all, required } = membersOf(input, 'input');
    for (const { where, state } of callersOf(task)) {
      const given = Object.keys(state.Arguments?.Payload ?? {});
      expect([where, all]).toEqual([where, expect.arrayContaining(given)]);
      expect([where, given]).toEqual([where, expect.arrayContaining(required)]);
    }
  });

  it.each(Object.entries(tasks))('of %s has everything that the states read of its result', (task, { output }) => {
    const { all } = membersOf(output, 'output');
    const read = callersOf(task).flatMap(({ state: { Assign, Output } }) =>
      [...JSON.stringify([Assign, Output]).matchAll(/states\.result\.Payload\.(\w+)/g)].map(([, name]) => name ?? ''),
    );
    expect(all).toEqual(expect.arrayContaining([...new Set(read)]));
  });
});
