import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { workflows } from '../../functions/workflows.ts';
import { type Call, machinesOf } from '../infra/machines.ts';
import { deployed } from '../infra/resources.ts';

let calls: (Call & { readonly workflow: string })[] = [];

beforeAll(async () => {
  calls = machinesOf(await deployed()).flatMap((machine) =>
    machine.calls.map((call) => ({ ...call, workflow: machine.workflow.name })),
  );
}, 60_000);

/** The names of an object schema's members, and those that must be given. */
function membersOf(schema: z.ZodType, io: 'input' | 'output'): { all: string[]; required: string[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { all: Object.keys(properties).toSorted(), required: [...required].toSorted() };
}

describe.each(workflows)('the contract of $name', ({ name: workflow, tasks }) => {
  const callersOf = (task: string) => calls.filter((call) => call.workflow === workflow && call.name === task);

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
