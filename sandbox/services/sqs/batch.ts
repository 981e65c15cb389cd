import { AwsError } from '../../aws/contract.ts';

interface Entry {
  readonly Id: string;
}

export interface BatchOutcome<Result> {
  readonly Successful: (Result & Entry)[];
  readonly Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[];
}

/** Runs `each` on the entries of a batch, up to ten with distinct ids; what it throws becomes a failed entry. */
export function batch<In extends Entry, Result extends object>(
  entries: readonly In[],
  each: (entry: In) => Result,
): BatchOutcome<Result> {
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', message);
  }
  const bad = entries.find((entry) => !/^[A-Za-z0-9_-]{1,80}$/.test(entry.Id));
  if (bad)
    throw new AwsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores.',
    );
  const ids = new Set(entries.map((entry) => entry.Id));
  if (ids.size !== entries.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id in the request.');
  const outcome: BatchOutcome<Result> = { Successful: [], Failed: [] };
  for (const entry of entries) {
    try {
      outcome.Successful.push({ Id: entry.Id, ...each(entry) });
    } catch (error) {
      if (!(error instanceof AwsError) || error.status >= 500) throw error;
      outcome.Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return outcome;
}
