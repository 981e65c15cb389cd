/**
 * Which messages of a batch failed by the function's answer, when the mapping has `ReportBatchItemFailures`; `all` when the answer is
 * malformed. The rules: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * (an empty or null answer or list is a success; an empty, null or unknown identifier or a wrong key fails the whole batch).
 */
export function failedItems(answer: Buffer, messageIds: ReadonlySet<string>): ReadonlySet<string> | 'all' {
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer.toString('utf8'));
  } catch {
    return 'all';
  }
  if (parsed === null) return new Set();
  if (typeof parsed !== 'object' || Array.isArray(parsed)) return 'all';
  const failures: unknown = (parsed as Record<string, unknown>)['batchItemFailures'];
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const failed = new Set<string>();
  for (const failure of failures as unknown[]) {
    const identifier =
      typeof failure === 'object' && failure !== null
        ? (failure as Record<string, unknown>)['itemIdentifier']
        : undefined;
    if (typeof identifier !== 'string' || !messageIds.has(identifier)) return 'all';
    failed.add(identifier);
  }
  return failed;
}
