import jsonata from 'jsonata';

interface Syntax {
  readonly type?: string;
  readonly value?: unknown;
  readonly arguments?: readonly Syntax[];
  readonly body?: unknown;
  readonly procedure?: Syntax;
  readonly lhs?: Syntax;
  readonly rhs?: unknown;
}

/** The variables of the workflow that the JSONata in a value reads: not `$states`, functions, nor what an expression binds itself. */
export function variablesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  for (const text of textsIn(value)) {
    const code = /^\{%([\s\S]*)%\}$/.exec(text)?.[1];
    if (code !== undefined) for (const name of freeIn(jsonata(code).ast(), new Set(['states', '']))) found.add(name);
  }
  return found;
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) yield* textsIn(member);
}

function* freeIn(node: unknown, bound: ReadonlySet<unknown>): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  const { type, value, procedure, lhs, ...rest } = node as Syntax;
  if (type === 'variable' && typeof value === 'string' && !bound.has(value)) yield value;
  if (type === 'lambda') {
    const own = new Set([...bound, ...(rest.arguments ?? []).map((argument) => argument.value)]);
    return yield* freeIn(rest.body, own);
  }
  if (type === 'bind') throw new Error('expressions that bind variables of their own are not followed');
  // A function that is called by its name is JSONata's.
  if (procedure && procedure.type !== 'variable') yield* freeIn(procedure, bound);
  for (const member of [lhs, value, ...Object.values(rest)]) yield* freeIn(member, bound);
}
