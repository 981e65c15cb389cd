import type { Outbox, Queue } from '../../shared/aws/queues.ts';
import type { WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import type { PortsOf } from '../../shared/workflow/needs.ts';
import type { Door, needs } from './contract.ts';

/** A workflow in a cell. */
export interface Machine {
  readonly workflow: WorkflowContract;
  readonly cell: string;
}

/** The state machines of this deployment, by workflow and cell. */
export interface Machines {
  arnOf(workflow: string, cell: string): string;
  of(arn: string): Machine | undefined;
}

/** Everything that intake reaches for. */
export interface Ports extends Omit<PortsOf<typeof needs>, 'journal'> {
  /** The journal of each workflow. */
  readonly journal: (workflow: string) => PortsOf<typeof needs>['journal'];
  readonly account: string;
  readonly region: string;
  /** Clusters that steward.yaml names. */
  readonly clusters: readonly string[];
  /** The cell of a named cluster. */
  readonly cellOf: (cluster: string) => string;
  readonly machines: Machines;
  readonly inboxes: Readonly<Record<Door, Queue>>;
  readonly quarantine: Outbox;
}
