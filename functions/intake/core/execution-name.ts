import { createHash } from 'node:crypto';
import type { Case } from '../../../shared/domain/case.ts';
import { idOf } from '../../../shared/domain/subject.ts';

/**
 * The name of the execution in which a workflow works on these cases: the same set of cases gives the same name, so a repeated start
 * is refused by Step Functions itself, and no two workflows' executions share one: it is what holds a case. At most 80 characters
 * of `A-Za-z0-9-_` (StartExecution API reference).
 */
export function executionName(
  workflow: string,
  cluster: string,
  cases: readonly Pick<Case, 'subject' | 'generation'>[],
): string {
  const about = cases.map(({ subject, generation }) => `${idOf(subject)}#${generation}`).toSorted();
  return `${cluster.slice(0, 40)}-${hash([workflow, cluster, ...about])}`;
}

/** The name of the execution that tidies up after another one. */
export function cleanupName(execution: string): string {
  return `cleanup-${hash([execution])}`;
}

/** The name of the execution of a day: the same day gives the same name. */
export function dailyName(workflow: string, cluster: string, day: string): string {
  return `${cluster.slice(0, 40)}-${day}-${hash([workflow, cluster, day])}`;
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24);
}
