import * as z from 'zod';
import { ApiUnavailableError } from '../../../shared/runtime/errors.ts';
import { eventRules } from '../contract.ts';
import { cleanupName } from '../core/execution-name.ts';
import type { Decision, Drop, Route } from '../route.ts';

const detail = z.looseObject({
  name: z.string().min(1).max(80),
  stateMachineArn: z.string(),
  status: z.enum(['ABORTED', 'TIMED_OUT', 'FAILED']),
  /** Epoch milliseconds. */
  stopDate: z.int().nonnegative().optional(),
});

/**
 * An execution that was stopped from outside could not put back what it had changed: another one does, in the way that its workflow
 * declares.
 *
 * @throws ApiUnavailableError while Step Functions still calls it running: the message comes again
 */
export const executionEnded: Route<typeof detail> = {
  rule: eventRules.executionEnded,
  detail,
  instances: () => [],
  decide: async ({ detail: { name, stateMachineArn, stopDate }, time }, world): Promise<Decision> => {
    const drop = (code: Drop['code'], why = ''): Drop => ({ kind: 'Drop', code, about: name, detail: why });
    const machine = world.machine(stateMachineArn);
    if (!machine) return drop('OtherMachine', stateMachineArn);
    const { workflow, cell } = machine;
    if (!workflow.cleanup) return drop('NothingChanged', `a run of ${workflow.name} leaves nothing behind`);
    const work = await world.work(workflow.name, name);
    if (!work?.held) return drop('NothingChanged');
    const { running, redrivenAt = 0 } = await world.look(stateMachineArn, name);
    // `stopDate` is in milliseconds, the time of the event in seconds.
    if (running && redrivenAt > (stopDate ?? time)) return drop('Redriven');
    if (running) throw new ApiUnavailableError(`execution ${name} has ended and is still called running`);
    const input = workflow.cleanup({ cluster: work.scope.cluster, execution: name });
    return { kind: 'Start', workflow: workflow.name, cell, name: cleanupName(name), input };
  },
};
