import type { Branch, State, States } from './machines.ts';

/** A way from one state to another, and the variables that are assigned on it. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly assigns: readonly string[];
}

/**
 * Every way between states. A state's own Assign holds on its Next, and for a Choice on its Default; a branch and a catcher have their own
 * (Step Functions developer guide, "Passing data between states with variables").
 */
export function waysOf(states: States): Way[] {
  return Object.entries(states).flatMap(([from, state]) => {
    const way = (to: string, assign: object = {}): Way => ({ from, to, assigns: Object.keys(assign) });
    const own = [state.Next, state.Default].flatMap((to) => (to === undefined ? [] : [way(to, state.Assign)]));
    return [...own, ...branchesOf(state).map(({ Next, Assign }) => way(Next, Assign))];
  });
}

export function branchesOf({ Choices = [], Catch = [] }: State): readonly Branch[] {
  return [...Choices, ...Catch];
}

/**
 * The variables that are assigned on every way that leads to each state.
 *
 * @throws Error for states in states, which this does not follow
 */
export function assignedBefore(start: string, states: States): ReadonlyMap<string, ReadonlySet<string>> {
  for (const [name, { Type }] of Object.entries(states))
    if (Type === 'Map' || Type === 'Parallel') throw new Error(`${name}: the variables of a ${Type} are not followed`);
  const ways = waysOf(states);
  const known = new Map<string, ReadonlySet<string>>([[start, new Set()]]);
  for (const queue = [start]; queue.length > 0; ) {
    const at = queue.shift() ?? '';
    for (const { to, assigns } of ways.filter(({ from }) => from === at)) {
      const arriving = new Set([...(known.get(at) ?? []), ...assigns]);
      const before = known.get(to);
      const both = before ? new Set([...before].filter((name) => arriving.has(name))) : arriving;
      if (before?.size === both.size) continue;
      known.set(to, both);
      queue.push(to);
    }
  }
  return known;
}

/** The longest way from a state back to itself that meets no other state twice. */
export function longestLoop(start: string, states: States): string[] {
  const ways = waysOf(states);
  const walk = (path: readonly string[]): string[] => {
    const loops = ways
      .filter(({ from }) => from === path.at(-1))
      .map(({ to }) => {
        if (to === start) return [...path];
        return path.includes(to) ? [] : walk([...path, to]);
      });
    return loops.toSorted((a, b) => b.length - a.length)[0] ?? [];
  };
  return walk([start]);
}
