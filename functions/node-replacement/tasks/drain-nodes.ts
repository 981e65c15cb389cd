import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type * as z from 'zod';
import { logger, metrics } from '../../../shared/runtime/telemetry.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { contract } from '../contract.ts';
import { drainSlice } from '../drain/drain-slice.ts';
import { livePorts } from '../live-ports.ts';
import type { Ports } from '../ports.ts';

type Input = z.output<(typeof contract)['drainNodes']['input']>;
type Output = z.input<(typeof contract)['drainNodes']['output']>;

/** One slice of the drain; what it did is read from the cluster by the next one, so it may be cut off anywhere. */
export function drainNodes(ports: Ports) {
  return async (input: Input, signal?: AbortSignal): Promise<Output> => {
    const result = await drainSlice(ports, input, signal);
    metrics.addMetric('PodsEvicted', MetricUnit.Count, result.evicted);
    metrics.addMetric('PodsForceDeleted', MetricUnit.Count, result.forced);
    const missed = result.reasons.filter(({ code }) => code === 'DeadlineReached').length;
    metrics.addMetric('DeadlinesMissed', MetricUnit.Count, missed);
    logger.info('drain slice', { cluster: input.cluster, execution: input.execution, ...result });
    return result;
  };
}

export const handler = defineTask(contract.drainNodes, (input, signal) => drainNodes(livePorts(signal))(input, signal));
