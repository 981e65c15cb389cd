import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EventEntry } from './event-entry.ts';
import type { Workflow } from './workflow.ts';

export interface ObservationProps {
  readonly entry: EventEntry;
  readonly workflows: Readonly<Record<string, Workflow>>;
}

const minute = Duration.minutes(1);

/** A dashboard with everything that tells how we do, and alarms for what must never happen unseen. */
export class Observation extends Construct {
  constructor(scope: Construct, id: string, { entry, workflows }: ObservationProps) {
    super(scope, id);
    const age = entry.inbox.metricApproximateAgeOfOldestMessage({ period: minute, statistic: 'max' });
    this.#alarm('InboxAge', 'an event waits for more than a minute; a spot instance has two', age, 60);
    const queues: Record<string, sqs.Queue> = {
      DeadLetters: entry.deadLetters,
      Quarantine: entry.quarantine,
      Undelivered: entry.undelivered,
    };
    const lost = Object.entries(queues).map(([name, queue]) => {
      const visible = queue.metricApproximateNumberOfMessagesVisible({ period: minute, statistic: 'max' });
      this.#alarm(name, `there are messages in ${name}; docs/operations.md says what to do`, visible, 0);
      return visible;
    });
    const runs = Object.entries(workflows).flatMap(([name, { stateMachine }]) => {
      const failed = stateMachine.metricFailed({ period: minute, label: `${name} failed` });
      const late = stateMachine.metricTimedOut({ period: minute, label: `${name} timed out` });
      this.#alarm(`${name}Failed`, 'an execution failed; its report says why', failed, 0);
      this.#alarm(`${name}TimedOut`, 'an execution took longer than any policy allows', late, 0);
      return [stateMachine.metricStarted({ period: minute, label: `${name} started` }), failed, late];
    });
    const missed = own('DeadlinesMissed');
    this.#alarm('DeadlinesMissed', 'pods were still on a node when its time was over', missed, 0);
    const done = ['ExecutionsStarted', 'EventsForeign', 'EventsDropped', 'PodsEvicted', 'PodsForceDeleted'].map(own);
    new cloudwatch.Dashboard(this, 'Dashboard', {
      widgets: [
        [graph('Executions', runs), graph('What was done', [...done, missed])],
        [graph('Age of the oldest event (s)', [age]), graph('Messages that need a person', lost)],
      ],
    });
  }

  #alarm(id: string, description: string, metric: cloudwatch.IMetric, threshold: number): void {
    new cloudwatch.Alarm(this, id, {
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** A metric that our functions log, with one dimension that never changes: each value of a dimension is a metric that costs. */
function own(metricName: string): cloudwatch.Metric {
  const dimensionsMap = { service: 'eks-steward' };
  return new cloudwatch.Metric({
    namespace: 'eks-steward',
    metricName,
    dimensionsMap,
    statistic: 'sum',
    period: minute,
  });
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 12 });
}
