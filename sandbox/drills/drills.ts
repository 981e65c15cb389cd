import { readFileSync } from 'node:fs';
import { person } from '../aws/contract.ts';
import type { Event } from '../events/contract.ts';
import type { Sandbox } from '../sandbox.ts';

/** Something that happens to the world, and how often. */
export type Drill = (sandbox: Sandbox) => Promise<void>;

/** Drills by name. Those about an instance take the busiest Spot instance of the world. */
export const drills: Readonly<Record<string, Drill>> = {
  'spot-interruption': async (sandbox) => sandbox.world.interruptSpot(await busiestSpot(sandbox)),
  'rebalance-recommendation': async (sandbox) => sandbox.world.recommendRebalance(await busiestSpot(sandbox)),
  /** The same warning five times, as at-least-once delivery may have it. */
  'repeated-interruption': async (sandbox) => {
    const { world, buses } = sandbox;
    const instance = await busiestSpot(sandbox);
    for (let copy = 0; copy < 4; copy++) buses.emit(interruption(instance));
    world.interruptSpot(instance);
  },
};

/**
 * A drill by its name, or one that sends the events of a JSON file: one event or a list, in EventBridge's shape. What is
 * missing of the envelope is filled in.
 *
 * @throws Error when there is neither such a drill nor such a file
 */
export function drillOf(nameOrFile: string): Drill {
  const known = drills[nameOrFile];
  if (known) return known;
  if (!nameOrFile.endsWith('.json')) {
    throw new Error(
      `there is no drill '${nameOrFile}': name one of ${Object.keys(drills).join(', ')}, or a .json file`,
    );
  }
  const events = [JSON.parse(readFileSync(nameOrFile, 'utf8'))].flat() as Partial<Event>[];
  return async ({ buses }) => {
    for (const event of events) {
      buses.emit({
        source: event.source ?? '',
        detailType: event['detail-type'] ?? '',
        resources: event.resources ?? [],
        detail: event.detail ?? {},
      });
    }
  };
}

interface Described {
  readonly Reservations?: readonly {
    readonly Instances?: readonly { readonly InstanceId?: string; readonly PrivateDnsName?: string }[];
  }[];
}

/** The running Spot instance whose node has the most pods: where an interruption hurts most. */
export async function busiestSpot({ cloud, world }: Sandbox): Promise<string> {
  const Filters = [
    { Name: 'instance-lifecycle', Values: ['spot'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const answer = await cloud.call<Described>('ec2', 'DescribeInstances', { Filters }, person);
  const clusters = [...world.clusters.values()];
  const ranked = (answer.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .map(({ InstanceId = '', PrivateDnsName = '' }) => {
      const pods = clusters.map(({ store }) => store.podsOnNode(PrivateDnsName).length);
      return { InstanceId, pods: Math.max(0, ...pods) };
    })
    .toSorted((left, right) => right.pods - left.pods);
  const instance = ranked[0]?.InstanceId;
  if (instance === undefined) throw new Error('this world has no running Spot instance');
  return instance;
}

function interruption(instanceId: string) {
  return {
    source: 'aws.ec2',
    detailType: 'EC2 Spot Instance Interruption Warning',
    resources: [`arn:aws:ec2:us-east-1:000000000000:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
  };
}
