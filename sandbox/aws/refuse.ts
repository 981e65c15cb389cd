import { notImplemented } from './contract.ts';

/** Throws for a member that would have no effect; `path` leads to the structure. */
export function refuseOthers(given: object | undefined, used: readonly string[], path: string): void {
  const other = Object.entries(given ?? {}).find(([name, value]) => value !== undefined && !used.includes(name))?.[0];
  if (other !== undefined) throw notImplemented(`${path}.${other}`);
}
