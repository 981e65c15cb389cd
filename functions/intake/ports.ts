import type { Cases } from '../../shared/aws/cases.ts';
import type { Executions } from '../../shared/aws/executions.ts';
import type { Instances } from '../../shared/aws/instances.ts';
import type { Outbox, Queue } from '../../shared/aws/queues.ts';
import type { Clock } from '../../shared/runtime/clock.ts';

/** Everything that intake reaches for. */
export interface Ports {
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Clusters that steward.yaml names. */
  readonly clusters: readonly string[];
  readonly nodeReplacementArn: string;
  readonly inbox: Queue;
  readonly quarantine: Outbox;
  readonly instances: Instances;
  readonly cases: Cases;
  readonly executions: Executions;
}
