import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MetricStore } from '../../../../sandbox/services/cloudwatch/metric-store.ts';
import { ServiceMetrics } from '../../../../sandbox/services/cloudwatch/service-metrics.ts';
import { LogStore } from '../../../../sandbox/services/logs/log-store.ts';
import { start, type TestCloud, testCloud } from '../../aws/support.ts';

let world: TestCloud;
let metrics: MetricStore;
let services: ServiceMetrics;

beforeEach(() => {
  world = testCloud();
  const { clock, queues } = world;
  metrics = new MetricStore(new LogStore(clock));
  services = new ServiceMetrics({ metrics, clock, queues });
});

afterEach(() => world.clock.close());

/** The values of a metric, or undefined when it has none. */
const values = (namespace: string, name: string, dimensions: Record<string, string>) => {
  const list = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const periods = metrics.periods({ namespace, name, dimensions: list }, start, start + 60_000, 60_000);
  return periods.get(start)?.map(({ value }) => value);
};

describe('AWS/Lambda', () => {
  it('has errors and throttles of a function; a throttled invocation is no invocation', () => {
    services.ofInvocation('f', true, 5);
    services.ofInvocation('f', false, 5);
    services.ofThrottle('f');
    const of = (name: string) => values('AWS/Lambda', name, { FunctionName: 'f' });
    expect([of('Invocations'), of('Errors'), of('Throttles')]).toEqual([
      [1, 1],
      [1, 0],
      [0, 0, 1],
    ]);
  });
});

describe('AWS/Events', () => {
  it('has failed invocations by rule, and by bus for a custom one, only if there are any', () => {
    expect(metrics.all()).toEqual([]);
    services.ofFailedDelivery({ ruleName: 'r', bus: 'default', deadLetter: 'sent' });
    services.ofFailedDelivery({ ruleName: 'r', bus: 'own', deadLetter: undefined });
    expect(values('AWS/Events', 'FailedInvocations', { RuleName: 'r' })).toEqual([1]);
    expect(values('AWS/Events', 'InvocationsSentToDlq', { RuleName: 'r' })).toEqual([1]);
    expect(values('AWS/Events', 'FailedInvocations', { EventBusName: 'own', RuleName: 'r' })).toEqual([1]);
  });
});

describe('AWS/States', () => {
  it('has an aborted execution as aborted and as nothing else', () => {
    const detail = { stateMachineArn: 'm', status: 'ABORTED', startDate: start, stopDate: start + 5 };
    services.ofEvent({ detailType: 'Step Functions Execution Status Change', detail });
    const of = (name: string) => values('AWS/States', name, { StateMachineArn: 'm' });
    expect([of('ExecutionsAborted'), of('ExecutionsFailed'), of('ExecutionTime')]).toEqual([[1], [0], [5]]);
  });
});
