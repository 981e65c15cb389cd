import type * as z from 'zod';
import type { nodeReplacement } from '../../../functions/node-replacement/contract.ts';
import { expression, nothing, type Path } from '../../constructs/expression.ts';
import { context } from '../../constructs/flow.ts';
import { inputText } from '../../constructs/reports.ts';

type Answer = Path<z.output<(typeof nodeReplacement.tasks.assessNodes)['output']>>;

/** What the assessment learnt. */
export function assessed({ cluster, subject, why, verdict, outcome, targets, plan, of }: Answer) {
  const startedAt = expression<number>(`$toMillis(${context.startTime.jsonata})`);
  return { cluster, subject, why, verdict, outcome, targets, plan, of, execution: context.executionName, startedAt };
}

/** The starting values of everything that later states fill in. */
export const unstarted = {
  rolledBack: nothing,
  drainDone: nothing,
  drainReasons: nothing,
  endReasons: nothing,
  blockedReported: false,
};

/** The same for an input that could not be assessed, or was not because eks-steward is paused; it may be anything. */
export const unassessed = {
  ...unstarted,
  cluster: inputText('cluster'),
  subject: expression<string>(
    `$join([$filter($append($append([], ${context.input.jsonata}.instances), ${context.input.jsonata}.nodes), function($id) { $type($id) = "string" })], ", ")`,
  ),
  why: inputText('reason'),
  reasons: nothing,
  plan: nothing,
};
