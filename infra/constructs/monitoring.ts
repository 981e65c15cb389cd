import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { doors } from '../../functions/intake/contract.ts';
import type { Inbox } from './inbox.ts';
import type { StewardFunction } from './steward-function.ts';
import type { Workflow } from './workflow.ts';

export interface MonitoringProps {
  /** The stack's name. */
  readonly prefix: string;
  readonly inbox: Inbox;
  readonly intake: StewardFunction;
  /** By the name of their state machine, without the prefix. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** Who is told. */
  readonly topic: sns.ITopic;
}

const minute = Duration.minutes(1);

/**
 * A metric may come a minute late, and what is missing counts as 0 meanwhile: an alarm on a sum looks back so far (CloudWatch user guide,
 * "Using metric math", FILL).
 */
const lookBack = 3;

/** Intake may fail so often in a minute: a busy service is asked again and answers. */
const failuresAtMost = 2;

/** So many errors of functions within five minutes are more than the moments after which a retry helps. */
const errorsAtMost = 5;

/** A dashboard with everything that tells how we do, and alarms, with a receiver, for what must never happen unseen. */
export class Monitoring extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  readonly #props: MonitoringProps;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#props = props;
    const age = this.#watchAge();
    const lost = this.#watchQueues();
    this.#watchRules(props.inbox.rules);
    this.#watchFunctions('Intake', 'intake', [props.intake]);
    const runs = Object.entries(props.workflows).flatMap(([name, workflow]) => this.#watchWorkflow(name, workflow));
    const own = (name: string) => ownMetric(props.prefix, name);
    const missed = own('DeadlinesMissed');
    this.#alarm(
      'DeadlinesMissed',
      'deadlines-missed',
      'pods were still on a node when its drain had to end',
      missed,
      0,
    );
    const failures = own('InboxFailures');
    const often = `intake failed more than ${failuresAtMost} times in a minute; the events come again`;
    this.#alarm('InboxFailures', 'inbox-failures', often, failures, failuresAtMost);
    const done = ['ExecutionsStarted', 'EventsForeign', 'EventsDropped', 'PodsEvicted', 'PodsForceDeleted'].map(own);
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: props.prefix,
      widgets: [
        [graph('Executions', runs), graph('What was done', [...done, missed, failures])],
        [graph('Age of the oldest event (s)', [age]), graph('Messages that need a person', lost)],
      ],
    });
  }

  #watchAge(): cloudwatch.IMetric {
    const [urgent] = doors.map((door) =>
      this.#props.inbox.doors[door].metricApproximateAgeOfOldestMessage({
        period: minute,
        statistic: 'max',
        label: door,
      }),
    );
    const age = urgent as cloudwatch.IMetric;
    this.#alarm(
      'InboxAge',
      'inbox-age',
      'an event about a node waits for more than a minute; a Spot instance has two minutes',
      age,
      60,
    );
    return age;
  }

  #watchQueues(): cloudwatch.IMetric[] {
    const { deadLetters, quarantine, undelivered } = this.#props.inbox;
    const queues: Record<string, sqs.Queue> = {
      DeadLetters: deadLetters,
      Quarantine: quarantine,
      Undelivered: undelivered,
    };
    return Object.entries(queues).map(([id, queue]) => {
      const visible = queue.metricApproximateNumberOfMessagesVisible({ period: minute, statistic: 'max' });
      this.#alarm(id, kebab(id), `the queue ${kebab(id)} has messages`, visible, 0);
      return visible;
    });
  }

  /** Rules that cannot reach their door. */
  #watchRules(rules: readonly events.CfnRule[]): void {
    const failed = rules.map(
      ({ ref }) =>
        new cloudwatch.Metric({
          namespace: 'AWS/Events',
          metricName: 'FailedInvocations',
          dimensionsMap: { RuleName: ref },
          statistic: 'sum',
          period: minute,
        }),
    );
    this.#alarm(
      'FailedInvocations',
      'failed-invocations',
      'EventBridge could not put an event into an inbox queue',
      sum(failed),
      0,
      lookBack,
    );
  }

  #watchFunctions(id: string, name: string, functions: readonly StewardFunction[]): void {
    const five = Duration.minutes(5);
    const errors = sum(
      functions.map(({ function: fn }) => fn.metricErrors({ period: five })),
      five,
    );
    this.#alarm(
      `${id}Errors`,
      `${name}-errors`,
      `functions of ${name} ended with an error more than ${errorsAtMost} times in five minutes`,
      errors,
      errorsAtMost,
      lookBack,
    );
    const throttles = sum(
      functions.map(({ function: fn }) => fn.metricThrottles({ period: five })),
      five,
    );
    const throttled = `Lambda throttles functions of ${name}`;
    this.#alarm(`${id}Throttles`, `${name}-throttles`, throttled, throttles, 0, lookBack);
  }

  #watchWorkflow(name: string, { stateMachine, functions }: Workflow): cloudwatch.IMetric[] {
    const id = pascal(name);
    const failed = stateMachine.metricFailed({ period: minute, label: `${name} failed` });
    const late = stateMachine.metricTimedOut({ period: minute, label: `${name} timed out` });
    const aborted = stateMachine.metricAborted({ period: minute, label: `${name} aborted` });
    this.#alarm(`${id}Failed`, `${name}-failed`, 'an execution failed; its report says why', failed, 0);
    this.#alarm(`${id}TimedOut`, `${name}-timed-out`, 'an execution took longer than any policy allows', late, 0);
    this.#alarm(
      `${id}Aborted`,
      `${name}-aborted`,
      'somebody stopped an execution; if it had changed something, another execution puts that back',
      aborted,
      0,
    );
    this.#watchFunctions(id, name, Object.values(functions));
    return [stateMachine.metricStarted({ period: minute, label: `${name} started` }), failed, late, aborted];
  }

  #alarm(
    id: string,
    name: string,
    description: string,
    metric: cloudwatch.IMetric,
    threshold: number,
    periods = 1,
  ): void {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: `${this.#props.prefix}-${name}`,
      alarmDescription: `${description}; docs/operations.md says what to do`,
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(this.#props.topic));
  }
}

/**
 * The sum of up to ten metrics: an alarm takes no more (CloudWatch user guide, "Create an alarm based on a metric math expression").
 * A function that was not called sends nothing, and a sum with nothing in it has no value: what is missing counts as 0.
 */
function sum(metrics: readonly cloudwatch.IMetric[], period = minute): cloudwatch.IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new cloudwatch.MathExpression({
    expression: Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    usingMetrics,
    period,
  });
}

/** A metric that our functions log, with one dimension that never changes: each value of a dimension is a metric that costs. */
function ownMetric(service: string, metricName: string): cloudwatch.Metric {
  const dimensionsMap = { service };
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

function kebab(id: string): string {
  return id.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`);
}

function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase());
}
