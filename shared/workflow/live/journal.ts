import type * as z from 'zod';
import { dynamoJournal } from '../../work/dynamo/journal.ts';
import { workTable } from './work-table.ts';

/** The journal of a workflow, whose changes this schema reads. */
export const journal =
  <Change>(workflow: string, schema: z.ZodType<Change>) =>
  () => {
    const table = workTable();
    return (signal: AbortSignal) => dynamoJournal(table(signal), workflow, schema);
  };
