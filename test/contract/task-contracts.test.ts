import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { contract } from '../../functions/node-replacement/contract.ts';
import { type Synthesized, synthesized, textOf } from '../infra/synthesized.ts';

interface State {
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: Record<string, unknown> };
  readonly Assign?: Record<string, unknown>;
}

let stack: Synthesized;
let states: Record<string, State>;

beforeAll(async () => {
  stack = await synthesized();
  const [machine] = stack.ofType('AWS::StepFunctions::StateMachine');
  states = (JSON.parse(textOf(machine?.Properties['DefinitionString'])) as { States: Record<string, State> }).States;
}, 60_000);

/** The names of an object schema's members, and those that must be given. */
function membersOf(schema: z.ZodType, io: 'input' | 'output'): { all: string[]; required: string[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { all: Object.keys(properties).toSorted(), required: [...required].toSorted() };
}

/** The states that call the function of a task; its logical id begins with the name of the task. */
function callersOf(task: string): [string, State][] {
  const construct = `NodeReplacement${task.charAt(0).toUpperCase()}${task.slice(1)}Function`;
  return Object.entries(states).filter(([, { Arguments }]) => JSON.stringify(Arguments ?? {}).includes(construct));
}

describe.each(Object.entries(contract))('the contract of %s', (task, { input, output }) => {
  it('is what every state gives', () => {
    const callers = callersOf(task);
    expect(callers.length).toBeGreaterThan(0);
    const { all, required } = membersOf(input, 'input');
    for (const [, { Arguments }] of callers) {
      const given = Object.keys(Arguments?.Payload ?? {});
      expect(all).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
    }
  });

  it('has everything that the states read of its result', () => {
    const { all } = membersOf(output, 'output');
    const read = callersOf(task).flatMap(([, { Assign }]) =>
      [...JSON.stringify(Assign ?? {}).matchAll(/states\.result\.Payload\.(\w+)/g)].map(([, name]) => name ?? ''),
    );
    expect(all).toEqual(expect.arrayContaining([...new Set(read)]));
  });
});
