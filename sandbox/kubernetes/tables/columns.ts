import type { KubeObject } from '../types/objects.ts';

export type Cell = string | number | boolean;

/** What cells may depend on besides the object. */
export interface CellContext {
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 1 for columns of `-o wide`. */
  readonly priority: 0 | 1;
  cell(object: never, context: CellContext): Cell;
}

/** A column of `kubectl get`. */
export function column<T extends KubeObject>(
  name: string,
  cell: (object: T, context: CellContext) => Cell,
  options: { readonly type?: Column['type']; readonly wide?: boolean } = {},
): Column {
  const format = name === 'Name' ? 'name' : '';
  return { name, type: options.type ?? 'string', format, description: '', priority: options.wide ? 1 : 0, cell };
}
