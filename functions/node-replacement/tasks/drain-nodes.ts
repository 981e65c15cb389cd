import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logger, metrics } from '../../../shared/runtime/telemetry.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { cases } from '../../../shared/workflow/live/cases.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { stopWhenPaused } from '../../../shared/workflow/pause.ts';
import { type InputOf, type NeedsOf, nodeReplacement, type OutputOf } from '../contract.ts';
import { DrainSession } from '../drain/drain-session.ts';

/**
 * One slice of the drain; what it did is read from the cluster by the next one, so it may be cut off anywhere. One that is
 * paused in its middle ends early, and the next says so.
 *
 * @throws PausedError before the first eviction
 */
export function drainNodes(ports: PortsOf<NeedsOf<'drainNodes'>>) {
  return async (input: InputOf<'drainNodes'>, signal?: AbortSignal): Promise<OutputOf<'drainNodes'>> => {
    await stopWhenPaused(ports);
    const session = new DrainSession(ports, await ports.cluster(input.cluster), input);
    const result = await session.run(signal);
    metrics.addMetric('PodsEvicted', MetricUnit.Count, result.evicted);
    metrics.addMetric('PodsForceDeleted', MetricUnit.Count, result.forceDeleted);
    const missed = result.reasons.filter(({ code }) => code === 'DeadlineReached').length;
    metrics.addMetric('DeadlinesMissed', MetricUnit.Count, missed);
    logger.info('drain slice', { cluster: input.cluster, execution: input.execution, ...result });
    return result;
  };
}

export const handler = defineTask(nodeReplacement.tasks.drainNodes, { settings, cases, cluster }, drainNodes);
