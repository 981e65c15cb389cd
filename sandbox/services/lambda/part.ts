import { type Part, part } from '../../part.ts';
import type { QueueStore } from '../sqs/store.ts';
import type { EventSourceMappings } from './event-source-mappings.ts';
import type { LambdaRuntime } from './runtime.ts';
import { lambdaService } from './service.ts';

/** Functions and the queues that feed them. A queue that feeds none may keep its messages for ever. */
export function lambdaPart(runtime: LambdaRuntime, mappings: EventSourceMappings, queues: QueueStore): Part {
  const waiting = (arn: string) => {
    const { visible = 0, inFlight = 0, delayed = 0 } = queues.byArn(arn)?.counts() ?? {};
    return visible + inFlight + delayed;
  };
  return part([lambdaService(runtime, mappings)], {
    settled: () => runtime.queued === 0 && mappings.all().every(({ queueArn }) => waiting(queueArn) === 0),
    close() {
      mappings.close();
      runtime.close();
    },
  });
}
