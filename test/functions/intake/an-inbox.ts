import type { Ports } from '../../../functions/intake/ports.ts';
import type { Message } from '../../../shared/aws/queues.ts';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import { ApiThrottledError } from '../../../shared/runtime/errors.ts';
import { fakeCases } from '../../fakes/fake-cases.ts';

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
  const inbox = {
    now: noon,
    ec2: new Map([[ours, instance()]]),
    /** Messages behind those that are given. */
    waiting: [] as Message[],
    deleted: [] as string[],
    failStart: false,
    running: new Set<string>(),
    redrivenAt: undefined as number | undefined,
    started: [] as { name: string; input: Record<string, unknown> }[],
    quarantined: [] as { code: string }[],
    asked: [] as string[],
  };
  const cases = fakeCases(() => inbox.now);
  const pass = (milliseconds: number) => {
    inbox.now += milliseconds;
  };
  const ports: Ports = {
    clock: { now: () => inbox.now, sleep: async () => undefined },
    account: '123456789012',
    region: 'eu-west-1',
    clusters: ['demo'],
    nodeReplacementArn: 'arn:machine',
    inbox: {
      receive: async () => inbox.waiting.splice(0, 10),
      delete: async (messages) => void inbox.deleted.push(...messages.map(({ id }) => id)),
    },
    quarantine: {
      send: async (bodies) =>
        void inbox.quarantined.push(...bodies.map((text) => JSON.parse(text) as { code: string })),
    },
    instances: {
      describe: async (ids) => new Map([...inbox.ec2].filter(([id]) => ids.includes(id))),
    },
    cases,
    executions: {
      start: async (_, name, input) => {
        if (inbox.failStart) throw new ApiThrottledError('slow down');
        if (inbox.started.some((other) => other.name === name)) return 'Exists';
        inbox.started.push({ name, input: input as Record<string, unknown> });
        return 'Started';
      },
      look: async (_, name) => {
        inbox.asked.push(name);
        return { running: inbox.running.has(name), redrivenAt: inbox.redrivenAt };
      },
    },
  };
  return Object.assign(inbox, { ports, cases, pass });
}
