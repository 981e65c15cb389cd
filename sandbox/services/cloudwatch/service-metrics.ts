import type { SandboxClock } from '../../clock.ts';
import type { FailedDelivery } from '../events/contract.ts';
import type { Queue } from '../sqs/queue.ts';
import type { QueueStore } from '../sqs/store.ts';
import type { MetricStore } from './metric-store.ts';

/** "CloudWatch metrics for your Amazon SQS queues are automatically collected at one-minute intervals" (SQS developer guide). */
const sampledEvery = 60_000;
/** "A queue stays active for up to six hours from the last activity" (same page); here activity is having messages. */
const activeFor = 6 * 3_600_000;

/** What Step Functions says of an execution in its status change event. */
interface StatusChange {
  readonly stateMachineArn: string;
  readonly status: string;
  readonly startDate: number;
  readonly stopDate: number | null;
}

/** Names: Step Functions developer guide, "Monitoring Step Functions metrics using CloudWatch". */
const endings: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** The metrics that AWS's services publish of themselves, as far as the alarms and graphs of the template need them. */
export class ServiceMetrics {
  readonly #metrics: MetricStore;
  readonly #clock: SandboxClock;
  readonly #queues: QueueStore;
  readonly #lastMessage = new Map<string, number>();

  constructor(tools: { readonly metrics: MetricStore; readonly clock: SandboxClock; readonly queues: QueueStore }) {
    this.#metrics = tools.metrics;
    this.#clock = tools.clock;
    this.#queues = tools.queues;
    this.#sampleLater();
  }

  /** Counts executions by what their status change events say. */
  ofEvent({ detailType, detail }: { readonly detailType: string; readonly detail: object }): void {
    if (detailType !== 'Step Functions Execution Status Change') return;
    const { stateMachineArn, status, startDate, stopDate } = detail as StatusChange;
    if (status === 'RUNNING') {
      this.#execution(stateMachineArn, 'ExecutionsStarted', 1, 'Count');
      return;
    }
    const ending = endings[status];
    if (ending === undefined) return;
    for (const name of Object.values(endings)) this.#execution(stateMachineArn, name, name === ending ? 1 : 0, 'Count');
    if (stopDate !== null) this.#execution(stateMachineArn, 'ExecutionTime', stopDate - startDate, 'Milliseconds');
  }

  /** Counts one invocation of a function (Lambda developer guide, "Types of metrics for Lambda functions"). */
  ofInvocation(functionName: string, failed: boolean, milliseconds: number): void {
    this.#ofFunction(functionName, 'Invocations', 1);
    this.#ofFunction(functionName, 'Errors', failed ? 1 : 0);
    this.#ofFunction(functionName, 'Throttles', 0);
    this.#ofFunction(functionName, 'Duration', milliseconds, 'Milliseconds');
  }

  /** Counts an invocation that was refused: "Throttled requests and other invocation errors don't count as either Invocations or Errors" (same page). */
  ofThrottle(functionName: string): void {
    this.#ofFunction(functionName, 'Throttles', 1);
  }

  /**
   * Counts a delivery that failed for good. These metrics are sent only if they are not zero; those of the default bus have the rule's name
   * as their only dimension (EventBridge user guide, "Monitoring Amazon EventBridge").
   */
  ofFailedDelivery({ ruleName, bus, deadLetter }: FailedDelivery): void {
    const ofBus = bus === 'default' ? [] : [{ Name: 'EventBusName', Value: bus }];
    const dimensions = [...ofBus, { Name: 'RuleName', Value: ruleName }];
    const count = (name: string) =>
      this.#metrics.put({ namespace: 'AWS/Events', name, dimensions }, this.#clock.now(), 1, 1, 'Count');
    count('FailedInvocations');
    if (deadLetter === 'sent') count('InvocationsSentToDlq');
    if (deadLetter === 'lost') count('InvocationsFailedToBeSentToDlq');
  }

  #ofFunction(functionName: string, name: string, value: number, unit = 'Count'): void {
    const dimensions = [{ Name: 'FunctionName', Value: functionName }];
    this.#metrics.put({ namespace: 'AWS/Lambda', name, dimensions }, this.#clock.now(), value, 1, unit);
  }

  #execution(stateMachineArn: string, name: string, value: number, unit: string): void {
    const dimensions = [{ Name: 'StateMachineArn', Value: stateMachineArn }];
    this.#metrics.put({ namespace: 'AWS/States', name, dimensions }, this.#clock.now(), value, 1, unit);
  }

  /** A timer that stands by itself never moves a clock that skips: time must pass for another reason. */
  #sampleLater(): void {
    this.#clock.after(sampledEvery, () => {
      for (const queue of this.#queues.all()) this.#sample(queue);
      this.#sampleLater();
    });
  }

  #sample(queue: Queue): void {
    const now = this.#clock.now();
    const { visible, inFlight, delayed } = queue.counts();
    if (visible + inFlight + delayed > 0) this.#lastMessage.set(queue.arn, now);
    if (now - (this.#lastMessage.get(queue.arn) ?? Number.NEGATIVE_INFINITY) > activeFor) return;
    const oldest = Math.min(now, ...queue.peek().map(({ sentAt }) => sentAt));
    const put = (name: string, value: number, unit: string) => {
      const dimensions = [{ Name: 'QueueName', Value: queue.name }];
      this.#metrics.put({ namespace: 'AWS/SQS', name, dimensions }, now, value, 1, unit);
    };
    put('ApproximateNumberOfMessagesVisible', visible, 'Count');
    put('ApproximateNumberOfMessagesNotVisible', inFlight, 'Count');
    put('ApproximateNumberOfMessagesDelayed', delayed, 'Count');
    put('ApproximateAgeOfOldestMessage', Math.floor((now - oldest) / 1_000), 'Seconds');
  }
}
