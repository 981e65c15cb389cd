import type { Case } from '../../../shared/domain/case.ts';

/** Events about an instance that we have replaced keep coming for a while. Milliseconds. */
const aftermath = 300_000;

/** Is this a late event of work that has ended with the instance gone? `time` is the event's, in epoch milliseconds. */
export function isHandled(time: number, known: Case | undefined): boolean {
  if (!known?.closed || !['Replaced', 'Drained'].includes(known.closed.outcome)) return false;
  return time <= known.closed.at + aftermath;
}
