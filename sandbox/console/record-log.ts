import * as z from 'zod';
import type { Runs } from './runs.ts';
import type { Timeline } from './timeline.ts';

/** What a function logs, as JSON, about an event that starts nothing and about a message that cannot be used. */
const dropped = z.object({ message: z.string(), code: z.string(), about: z.string(), detail: z.string().default('') });
const quarantined = z.object({ message: z.literal('quarantined'), code: z.string(), reason: z.string() });

/** Writes what was dropped or went to quarantine into the timeline, as the line of a function's log tells it. */
export function recordLog(text: string, runs: Runs, timeline: Timeline): void {
  if (!text.startsWith('{')) return;
  const given = parsed(text);
  const drop = dropped.safeParse(given).data;
  if (drop) recordDrop(drop, runs, timeline);
  const rejected = quarantined.safeParse(given).data;
  if (rejected) timeline.addLogged('quarantine', `${rejected.code}: ${rejected.reason.replaceAll(/\s+/g, ' ')}`);
}

function recordDrop({ message, code, about, detail }: z.output<typeof dropped>, runs: Runs, timeline: Timeline): void {
  const worksOnIt = runs.open().some(({ instances }) => instances.includes(about));
  // Executions are named by their nodes everywhere; an id would say nothing.
  const subject = runs.byExecutionName(about)?.name ?? about;
  const more = detail === '' || runs.byExecutionName(detail) ? '' : ` (${detail})`;
  timeline.addLogged(subject, `event starts nothing: ${code}: ${message}${more}`, [about]);
  if (!worksOnIt) timeline.setDeadline(about, undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
