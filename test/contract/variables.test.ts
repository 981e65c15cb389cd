import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { workflows } from '../../functions/workflows.ts';
import { type Machine, machinesOf, type State, type States } from '../infra/machines.ts';
import { deployed } from '../infra/resources.ts';
import { assignedBefore, branchesOf, waysOf } from '../infra/state-graph.ts';
import { variablesIn } from '../infra/variables-in.ts';

let all: Machine[] = [];

beforeAll(async () => {
  all = machinesOf(await deployed());
}, 240_000);

/** Everything in a state that may read a variable. */
const reads = (state: State) => variablesIn({ ...state, Next: '', Default: '', branches: branchesOf(state) });

/** Reads of variables that some way to the state has not assigned, as `state: $variable`. */
function unassigned(start: string, states: States): string[] {
  const before = assignedBefore(start, states);
  return Object.entries(states).flatMap(([name, state]) =>
    [...reads(state)].filter((variable) => !before.get(name)?.has(variable)).map((variable) => `${name}: $${variable}`),
  );
}

const infra = join(import.meta.dirname, '../../infra');

/** The members of an interface in a source. */
function membersOf(name: string, source: string): string[] {
  const [, base, members = ''] =
    new RegExp(`export interface ${name}(?: extends (\\w+))? \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
  const own = [...members.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => member ?? '');
  const reported = readFileSync(join(infra, 'constructs', 'reports.ts'), 'utf8');
  return [...new Set([...own, ...(base === undefined ? [] : membersOf(base, reported))])];
}

/** The members of `interface Variables` in the file of the states, or beside it. */
function declaredIn(workflow: string): string[] {
  const beside = join(infra, 'workflows', workflow, 'variables.ts');
  const file = existsSync(beside) ? beside : join(infra, 'workflows', `${workflow}.ts`);
  return membersOf('Variables', readFileSync(file, 'utf8'));
}

describe.each(workflows)('the variables of $name', (workflow) => {
  const machines = () => all.filter((machine) => machine.workflow.name === workflow.name);

  it('are assigned on every way that leads to a state that reads them', () => {
    expect(machines().length).toBeGreaterThan(0);
    for (const { StartAt, States } of machines()) {
      expect([...assignedBefore(StartAt, States).keys()].toSorted()).toEqual(Object.keys(States).toSorted());
      expect(unassigned(StartAt, States)).toEqual([]);
    }
  });

  it('are each declared, assigned and read', () => {
    const declared = declaredIn(workflow.name).toSorted();
    expect(declared.length).toBeGreaterThan(0);
    for (const { States } of machines()) {
      const assigned = new Set(waysOf(States).flatMap(({ assigns }) => assigns));
      const read = new Set(Object.values(States).flatMap((state) => [...reads(state)]));
      expect([...assigned].toSorted()).toEqual(declared);
      expect([...read].toSorted()).toEqual(declared);
    }
  });
});

describe('the check of variables', () => {
  const pass = (given: Partial<State>): State => ({ Type: 'Pass', ...given });
  const end = pass({ Output: '{% $x %}', End: true });

  it.each<[string, States]>([
    ['nothing assigns', { a: pass({ Next: 'end' }), end }],
    [
      'only one branch assigns',
      {
        a: { Type: 'Choice', Choices: [{ Next: 'b', Condition: '{% true %}' }], Default: 'end' },
        b: pass({ Assign: { x: 1 }, Next: 'end' }),
        end,
      },
    ],
    [
      'a catcher does not assign',
      { a: pass({ Assign: { x: 1 }, Next: 'end', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'end' }] }), end },
    ],
    ['a loop assigns too late', { a: pass({ Next: 'end' }), end: { ...end, Assign: { x: 1 }, Next: 'a' } }],
  ])('finds what %s', (_, states) => {
    expect(unassigned('a', states)).toEqual(['end: $x']);
  });

  it('takes what every way assigns, each in its own place', () => {
    const states: States = {
      a: {
        Type: 'Choice',
        Assign: { x: 0 },
        Choices: [{ Next: 'end', Condition: '{% true %}', Assign: { x: 1 } }],
        Default: 'b',
      },
      b: pass({ Next: 'end', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'end', Assign: { x: 2 } }] }),
      end,
    };
    expect(unassigned('a', states)).toEqual([]);
  });
});
