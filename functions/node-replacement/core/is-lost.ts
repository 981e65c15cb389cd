import type { Case } from '../../../shared/domain/case.ts';

/**
 * Has another execution taken the case over, or put back what we had changed? A run that was taken for dead and comes back
 * must not touch the instance again. A case that we closed ourselves is not lost: the last step may run twice.
 */
export function isLost(known: Case | undefined, execution: string): boolean {
  if (!known || known.holder === null) return false;
  return known.holder !== execution || known.closed?.outcome === 'RolledBack';
}
