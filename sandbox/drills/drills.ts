import { readFileSync } from 'node:fs';
import type { Event } from '../events/contract.ts';
import type { Sandbox } from '../sandbox.ts';

/** Something that happens to the world, and how often. */
export type Drill = (sandbox: Sandbox) => void;

/** Drills by name. Those about an instance take the first Spot instance of the world. */
export const drills: Readonly<Record<string, Drill>> = {
  'spot-interruption': ({ world }) => world.interruptSpot(firstSpot(world)),
  'rebalance-recommendation': ({ world }) => world.recommendRebalance(firstSpot(world)),
  /** The same warning five times, as at-least-once delivery may have it. */
  'repeated-interruption': (sandbox) => {
    const { world, buses } = sandbox;
    const instance = firstSpot(world);
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
    throw new Error(`there is no drill '${nameOrFile}': name one of ${Object.keys(drills).join(', ')}, or a .json file`);
  }
  const events = [JSON.parse(readFileSync(nameOrFile, 'utf8'))].flat() as Partial<Event>[];
  return ({ buses }) => {
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

function firstSpot(world: Sandbox['world']): string {
  const instance = world.spotInstances()[0];
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
