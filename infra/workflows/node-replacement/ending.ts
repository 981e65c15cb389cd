import { nodeReplacement, type Reason } from '../../../functions/node-replacement/contract.ts';
import { type Expression, holds } from '../../constructs/expression.ts';
import type { Flow, StateError } from '../../constructs/flow.ts';
import { keepFailure, pausedBy, type reports } from '../../constructs/reports.ts';
import type { Variables } from './variables.ts';

const { tasks } = nodeReplacement;

export type Reports = ReturnType<typeof reports<Variables>>;

/** A run that cannot go on puts back what it changed: after a failure, or because it was paused or gave up. */
export function rollBacks(flow: Flow<Variables>, say: Reports) {
  const { v } = flow;
  const run = { cluster: v.cluster, execution: v.execution };
  const failed = flow.call('Roll back after a failure', tasks.rollBackNodes, {
    give: { ...run, of: v.execution },
    keep: ({ reasons }) => ({ endReasons: reasons }),
    otherwise: { to: say.failure },
  });
  failed.next(say.failure);
  const back = flow.call('Roll back', tasks.rollBackNodes, {
    give: { ...run, of: v.of },
    keep: ({ outcome, reasons }) => ({ outcome, endReasons: reasons }),
    otherwise: { to: say.failure, keep: keepFailure },
  });
  back.next(say.end);
  return {
    back,
    /** Where the states lead that have something to put back. */
    orBack: {
      whenPaused: {
        to: back,
        keep: (error: Expression<StateError>) => ({ drainReasons: pausedBy<Reason>(error, v.cluster) }),
      },
      otherwise: { to: failed, keep: keepFailure },
    },
  };
}

export type RollBacks = ReturnType<typeof rollBacks>;

/** The same task ends the instances and, called again, says how far they and their successors are. */
export function terminateStates(flow: Flow<Variables>, say: Reports, { orBack }: RollBacks) {
  const { v } = flow;
  const end = (name: string) =>
    flow.call(name, tasks.terminateNodes, {
      give: { cluster: v.cluster, execution: v.execution, targets: v.targets, startedAt: v.startedAt },
      keep: ({ outcome, reasons, status }) => ({ outcome, endReasons: reasons, ended: status.is('Done') }),
      ...orBack,
    });
  const terminate = end('Terminate instances');
  const look = end('Look for the new nodes');
  const boot = flow.wait('Wait for the new nodes', 45);
  terminate.next(boot);
  boot.next(look);
  look.next(flow.choose('Are the new nodes in service?', [[holds(v.ended), say.end]], boot));
  return terminate;
}
