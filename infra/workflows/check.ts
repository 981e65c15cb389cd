import { check, type Finding } from '../../functions/check/contract.ts';
import { expression, nothing } from '../constructs/expression.ts';
import { context, type Flow, type Step } from '../constructs/flow.ts';
import { inputText, keepFailure, type Reported, reports } from '../constructs/reports.ts';

/** What the states keep. */
export interface Variables extends Reported {
  readonly outcome: 'Healthy' | 'Findings' | 'NothingToDo' | 'Failed';
  readonly reasons: { readonly code: string; readonly about: string; readonly text: string }[];
  readonly findings: Finding[];
}

/** It waits for nothing. Seconds. */
export const longestWaits: Readonly<Record<string, number>> = {};

/** All states of the workflow; returns the first. */
export function states(flow: Flow<Variables>): Step {
  const { v } = flow;
  const say = reports(flow, { workflow: check.name, reasons: v.reasons, outputs: { findings: v.findings } });
  const why = expression<string>('""');
  const inspect = flow.call('Inspect the cluster', check.tasks.inspectCluster, {
    give: { input: context.input },
    keep: ({ cluster, outcome, reasons, findings }) => ({ cluster, subject: cluster, why, outcome, reasons, findings }),
    otherwise: {
      to: say.failure,
      keep: (error) => ({
        ...keepFailure(error),
        cluster: inputText('cluster'),
        subject: context.executionName,
        why,
        reasons: nothing,
      }),
    },
  });
  inspect.next(say.end);
  return inspect.startState;
}
