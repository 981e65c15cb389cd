import type { Clock } from '../../shared/runtime/clock.ts';
import { logger } from '../../shared/runtime/telemetry.ts';
import { bestEffortCases, bestEffortJournal } from '../../shared/work/best-effort.ts';
import type { Cases } from '../../shared/work/cases.ts';
import type { Journal } from '../../shared/work/journal.ts';
import type { Change } from './contract.ts';

/** Ports of the work table, as far as a task has them. */
interface WorkPorts {
  readonly clock: Clock;
  readonly cases?: object;
  readonly journal?: object;
}

/**
 * The ports as this work may use them: an interrupted node is worked on while the work table cannot be reached, since the node itself
 * carries the fence; everything else stops.
 */
export function reachable<Ports extends WorkPorts>(ports: Ports, work: readonly { interrupted: boolean }[]): Ports {
  if (!work.every(({ interrupted }) => interrupted)) return ports;
  const warn = (text: string, details: { error: Error }) => logger.warn(text, details);
  const { cases, journal, clock } = ports;
  return {
    ...ports,
    // A decorated port calls the methods that are called on it, and a task has no others by its type.
    ...(cases && { cases: bestEffortCases(cases as Cases, warn) }),
    ...(journal && { journal: bestEffortJournal(journal as Journal<Change>, warn, clock) }),
  };
}
