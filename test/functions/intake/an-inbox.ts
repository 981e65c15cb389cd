import type { Ports } from '../../../functions/intake/ports.ts';
import type { Message } from '../../../shared/aws/queues.ts';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import { fakeCases } from '../../fakes/fake-cases.ts';
import { fakeExecutions } from '../../fakes/fake-executions.ts';
import { fakeInstances } from '../../fakes/fake-instances.ts';
import { fakeQueue } from '../../fakes/fake-queue.ts';

export const noon = Date.parse('2026-11-24T10:00:00Z');
export const ours = 'i-0b662ef9931388ba0';

export function instance(given: Partial<InstanceFacts> = {}): InstanceFacts {
  const tags = { 'kubernetes.io/cluster/demo': 'owned' };
  return { instanceId: ours, state: 'running', spot: true, privateDnsName: 'ip-10-0-1-7.ec2.internal', tags, ...given };
}

/** An event as the inbox holds it, two seconds before noon. */
export function message(detailType: string, detail: object, given: object = {}): Message {
  const body = JSON.stringify({
    source: detailType.startsWith('Step') ? 'aws.states' : 'aws.ec2',
    'detail-type': detailType,
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-24T09:59:58Z',
    detail,
    ...given,
  });
  return { id: `message-${Math.random()}`, body, receipt: 'receipt' };
}

export const spot = (id = ours) =>
  message('EC2 Spot Instance Interruption Warning', { 'instance-id': id, 'instance-action': 'terminate' });
export const rebalance = (id = ours) => message('EC2 Instance Rebalance Recommendation', { 'instance-id': id });
export const state = (to: string, id = ours) =>
  message('EC2 Instance State-change Notification', { 'instance-id': id, state: to });

/** Intake's ports as fakes at noon, with one instance; what tests set and look at is beside them. */
export function anInbox() {
  const time = { now: noon };
  const now = () => time.now;
  const [queue, quarantine, executions] = [fakeQueue(now), fakeQueue(now), fakeExecutions()];
  const instances = fakeInstances([instance()]);
  const cases = fakeCases(now);
  const pass = (milliseconds: number) => {
    time.now += milliseconds;
  };
  const ports: Ports = {
    clock: { now, sleep: async () => undefined },
    account: '123456789012',
    region: 'eu-west-1',
    clusters: ['demo'],
    nodeReplacementArn: 'arn:machine',
    inbox: queue,
    quarantine,
    instances,
    cases,
    executions,
  };
  return {
    ports,
    cases,
    pass,
    queue,
    executions,
    ec2: instances.byId,
    get now() {
      return time.now;
    },
    get quarantined() {
      return quarantine.sent.map((text) => JSON.parse(text) as { code: string });
    },
  };
}
