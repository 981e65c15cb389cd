import type { Door } from '../../../functions/intake/contract.ts';
import { handleInbox } from '../../../functions/intake/handle-inbox.ts';
import { machinesOf } from '../../../functions/intake/machines.ts';
import type { Ports } from '../../../functions/intake/ports.ts';
import { nodeReplacement } from '../../../functions/node-replacement/contract.ts';
import { workflows } from '../../../functions/workflows.ts';
import type { Message } from '../../../shared/aws/queues.ts';
import { publicCell } from '../../../shared/config/names.ts';
import type { CaseNews } from '../../../shared/domain/case.ts';
import type { InstanceFacts } from '../../../shared/domain/instance.ts';
import { type Subject, subjectOf } from '../../../shared/domain/subject.ts';
import type { Journal } from '../../../shared/work/journal.ts';
import { memoryCases } from '../../../shared/work/memory/cases.ts';
import { memoryJournal } from '../../../shared/work/memory/journal.ts';
import { fakeExecutions } from '../../fakes/fake-executions.ts';
import { fakeInstances } from '../../fakes/fake-instances.ts';
import { type FakeQueue, fakeQueue } from '../../fakes/fake-queue.ts';
import { addonUpgrade } from './addon-upgrade.ts';

export const noon = Date.parse('2026-11-24T10:00:00Z');
export const ours = 'i-0b662ef9931388ba0';
/** What the case of an instance is kept under. */
export const subject = (instanceId = ours): Subject => subjectOf('instance', instanceId);

/** What is told of an instance; a person's wish unless said otherwise. */
export function news(given: Partial<CaseNews> = {}): CaseNews {
  return { subject: subject(), cluster: 'demo', cause: 'Manual', interrupted: false, endsAt: null, ...given };
}

const arns = 'arn:aws:states:eu-west-1:123456789012:stateMachine:eks-steward';
/** The cell of a cluster in a network. */
export const privateCell = '3f9a2c';
/** Those of every workflow that is, and of one that comes next. */
const machines = machinesOf(arns, [publicCell, privateCell], [...workflows, addonUpgrade]);
export const machineArn = machines.arnOf(nodeReplacement.name, publicCell);

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
  const clock = { now, sleep: async () => undefined };
  /** Messages of each door behind those that are given. */
  const doors: Record<Door, FakeQueue> = { urgent: fakeQueue(now, 12_000), other: fakeQueue(now, 60_000) };
  const [quarantine, executions] = [fakeQueue(now), fakeExecutions()];
  const instances = fakeInstances([instance()]);
  const cases = memoryCases(clock);
  const journals = new Map<string, Journal<unknown>>();
  const journalOf = (workflow: string) => {
    const journal = journals.get(workflow) ?? memoryJournal<unknown>(clock);
    journals.set(workflow, journal);
    return journal;
  };
  /** Clusters that steward.yaml names, each with its cell. */
  const clusters = new Map([['demo', publicCell]]);
  const pass = (milliseconds: number) => {
    time.now += milliseconds;
  };
  const ports: Ports = {
    clock,
    account: '123456789012',
    region: 'eu-west-1',
    get clusters() {
      return [...clusters.keys()];
    },
    cellOf: (cluster) => clusters.get(cluster) ?? publicCell,
    machines,
    inboxes: doors,
    quarantine,
    instances,
    cases,
    journal: journalOf,
    executions,
  };
  const handle = async (messages: readonly Message[], at: Door = 'urgent') => await handleInbox(ports, at)(messages);
  return {
    ports,
    cases,
    journalOf,
    /** That of node-replacement. */
    journal: journalOf(nodeReplacement.name),
    clusters,
    doors,
    executions,
    ec2: instances.byId,
    pass,
    handle,
    now,
    quarantined: () => quarantine.sent.map((text) => JSON.parse(text) as { code: string }),
  };
}
