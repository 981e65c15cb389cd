import { nodeReplacement, type Reason } from '../../functions/node-replacement/contract.ts';
import { append, both, type Expression, expression, listOf, not, type Path, union } from '../constructs/expression.ts';
import { context, type Flow, type StateError, type Step } from '../constructs/flow.ts';
import { keepFailure, pausedBy, reports } from '../constructs/reports.ts';
import { assessed, unassessed, unstarted } from './node-replacement/assessment.ts';
import { type Reports, type RollBacks, rollBacks, terminateStates } from './node-replacement/ending.ts';
import type { Variables } from './node-replacement/variables.ts';

/**
 * For how many seconds each wait can be repeated, as far as policy allows (shared/config/node-replacement.ts): a drain takes up to 12 h,
 * a replacement up to 1 h before and after it. A test holds the longest history to what Step Functions keeps.
 */
export const longestWaits: Readonly<Record<string, number>> = {
  'Wait for the blockers': 12 * 3_600,
  'Wait for the replacements': 3_600,
  'Wait for the new nodes': 3_600,
};

const { tasks } = nodeReplacement;

/** All states of the workflow; returns the first. */
export function states(flow: Flow<Variables>): Step {
  const reasons = union(flow.v.reasons, flow.v.drainDone, flow.v.drainReasons, flow.v.endReasons);
  const say = reports(flow, { workflow: nodeReplacement.name, reasons, outputs: { plan: flow.v.plan } });
  const back = rollBacks(flow, say);
  const terminate = terminateStates(flow, say, back);
  const drain = drainStates(flow, say, terminate, back);
  const decide = decisions(flow, say, back, drain);
  return assessStates(flow, say, back, decide);
}

function drainStates(flow: Flow<Variables>, say: Reports, terminate: Step, { back, orBack }: RollBacks) {
  const { v } = flow;
  const drain = flow.call('Drain nodes', tasks.drainNodes, {
    give: { cluster: v.cluster, execution: v.execution, targets: v.targets, blockedReported: v.blockedReported },
    keep: ({ status, blocked, done, reasons }) => ({
      drain: status,
      blocked,
      drainDone: union(v.drainDone, done),
      drainReasons: reasons,
    }),
    ...orBack,
  });
  const reported = { blockedReported: true };
  const report = flow.publish(
    'Report what blocks the drain',
    'Workflow Blocked',
    { ...say.told, reasons: v.drainReasons },
    { otherwise: { to: drain, keep: () => reported } },
  );
  report.next(drain);
  const wait = flow.wait('Wait for the blockers', 30);
  wait.next(drain);
  drain.next(
    flow.choose(
      'Are the nodes empty?',
      [
        [v.drain.is('GiveUp'), back],
        [v.drain.is('Drained'), terminate],
        [both(v.blocked, not(v.blockedReported)), report, reported],
        [v.drain.is('Waiting'), wait],
      ],
      drain,
    ),
  );
  return drain;
}

/** From the verdict to the drain: an interruption never waits, a voluntary run has its replacements Ready first. */
function decisions(flow: Flow<Variables>, say: Reports, { back, orBack }: RollBacks, drain: Step) {
  const { v } = flow;
  const work = { cluster: v.cluster, execution: v.execution, targets: v.targets };
  const cordon = (name: string, dryRun: boolean, where: typeof orBack | { readonly otherwise: { to: Step } }) =>
    flow.call(name, tasks.cordonNodes, {
      give: { ...work, why: v.why, dryRun },
      keep: ({ reasons }) => ({ reasons: append(v.reasons, reasons) }),
      ...where,
    });
  const launchAtOnce = flow.call('Launch missing replacements at once', tasks.launchReplacements, {
    give: { ...work, startedAt: v.startedAt },
    keep: ({ reasons }) => ({ reasons: union(v.reasons, reasons) }),
    whenPaused: orBack.whenPaused,
    // The function that launches did not answer; interrupted nodes are drained without it.
    otherwise: {
      to: drain,
      keep: (error) => ({
        reasons: append(
          v.reasons,
          listOf<Reason>({
            code: 'LaunchFailed',
            about: v.subject,
            text: expression<string>(`"the function that launches replacements failed: " & ${error.Error.jsonata}`),
          }),
        ),
      }),
    },
  });
  launchAtOnce.next(drain);
  const launchFirst = flow.call('Launch replacements', tasks.launchReplacements, {
    give: { ...work, startedAt: v.startedAt },
    keep: ({ status, reasons }) => ({ launch: status, reasons: union(v.reasons, reasons) }),
    ...orBack,
  });
  const wait = flow.wait('Wait for the replacements', 10);
  wait.next(launchFirst);
  launchFirst.next(
    flow.choose(
      'Are the replacements ready?',
      [
        [v.launch.is('Failed'), back],
        [v.launch.is('Waiting'), wait],
      ],
      drain,
    ),
  );
  const interrupted = cordon('Cordon interrupted nodes', false, orBack);
  interrupted.next(launchAtOnce);
  const voluntary = cordon('Cordon nodes', false, orBack);
  voluntary.next(launchFirst);
  const dry = cordon('Look whether the nodes could be cordoned', true, {
    otherwise: { to: say.failure, keep: keepFailure },
  });
  dry.next(say.end);
  return { interrupted, voluntary, dry };
}

const given = { execution: context.executionName, input: context.input };

const pausedBeforeWork = (error: Expression<StateError>) => ({
  ...unassessed,
  outcome: 'NothingToDo' as const,
  reasons: pausedBy<Reason>(error, unassessed.cluster),
});

/** What a dead run had changed is put back before the nodes are assessed again. */
function takeOverStates(flow: Flow<Variables>, say: Reports) {
  const { v } = flow;
  const run = { cluster: v.cluster, execution: v.execution };
  const rolledBack = { rolledBack: append(v.rolledBack, listOf<string>(v.of)) };
  const notRolledBack = (error: Path<StateError>) =>
    listOf<Reason>({
      code: 'HolderDied',
      about: v.of,
      text: expression<string>(`"what a dead run had changed could not be put back: " & ${error.Error.jsonata}`),
    });
  const assessAgain = flow.call('Assess nodes again', tasks.assessNodes, {
    give: { ...given, rolledBack: v.rolledBack },
    keep: (answer) => ({ ...assessed(answer), reasons: append(v.reasons, answer.reasons) }),
    whenPaused: {
      to: say.end,
      keep: (error) => ({ ...pausedBeforeWork(error), reasons: append(v.reasons, pausedBy<Reason>(error, v.cluster)) }),
    },
    otherwise: { to: say.failure, keep: keepFailure },
  });
  const rollBackDead = flow.call('Roll back the run that died', tasks.rollBackNodes, {
    give: { ...run, of: v.of },
    keep: ({ reasons }) => ({ ...rolledBack, reasons: append(v.reasons, reasons) }),
    // Work on a node that is lost anyway goes on.
    otherwise: {
      to: assessAgain,
      keep: (error) => ({ ...rolledBack, reasons: append(v.reasons, notRolledBack(error)) }),
    },
  });
  rollBackDead.next(assessAgain);
  return { rollBackDead, assessAgain };
}

function assessStates(flow: Flow<Variables>, say: Reports, { back }: RollBacks, decided: ReturnType<typeof decisions>) {
  const { v } = flow;
  const { rollBackDead, assessAgain } = takeOverStates(flow, say);
  const decide = flow.choose(
    'What is to be done?',
    [
      [v.verdict.is('Interrupted'), decided.interrupted],
      [v.verdict.is('Voluntary'), decided.voluntary],
      [v.verdict.is('RollBack'), back],
      [v.verdict.is('TakeOver'), rollBackDead],
      [v.verdict.is('DryRun'), decided.dry],
    ],
    say.end,
  );
  assessAgain.next(decide);
  const announce = flow.publish(
    'Announce the start',
    'Workflow Started',
    { ...say.told, reasons: v.reasons },
    { otherwise: { to: decide } },
  );
  announce.next(decide);
  const assess = flow.call('Assess nodes', tasks.assessNodes, {
    give: given,
    keep: (answer) => ({ ...assessed(answer), ...unstarted, reasons: answer.reasons }),
    whenPaused: { to: say.end, keep: pausedBeforeWork },
    otherwise: { to: say.failure, keep: (error) => ({ ...unassessed, failure: error }) },
  });
  assess.next(announce);
  return assess.startState;
}
