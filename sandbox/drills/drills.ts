import { person } from '../aws/contract.ts';
import { InputError } from '../input.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Drill } from './contract.ts';
import { fileDrill } from './file-drill.ts';

/** Drills by name, each about one instance: the busiest Spot instance of the world unless told otherwise. */
export const drills: Readonly<Record<string, Drill>> = {
  'spot-interruption': async (sandbox, given) => sandbox.world.interruptSpot(given ?? (await busiestSpot(sandbox))),
  /** As FIS does: the recommendation, the warning two minutes before the end, the end. */
  'spot-experiment': async (sandbox, given, { minutes = 2 } = {}) =>
    sandbox.world.experimentOnSpot(given ?? (await busiestSpot(sandbox)), minutes * 60_000),
  'rebalance-recommendation': async (sandbox, given) =>
    sandbox.world.recommendRebalance(given ?? (await busiestSpot(sandbox))),
  /** The same warning five times, as at-least-once delivery may have it. */
  'repeated-interruption': async (sandbox, given) => {
    const { world, buses } = sandbox;
    const instance = given ?? (await busiestSpot(sandbox));
    for (let copy = 0; copy < 4; copy++) buses.emit(interruption(instance));
    world.interruptSpot(instance);
  },
};

/**
 * A drill that needs no template: one by its name, or one that sends the events of a JSON file.
 *
 * @returns undefined for another name
 * @throws InputError when there is no such file, or when it holds something else
 */
export function knownDrill(nameOrFile: string): Drill | undefined {
  if (nameOrFile.endsWith('.json')) return fileDrill(nameOrFile);
  return Object.hasOwn(drills, nameOrFile) ? drills[nameOrFile] : undefined;
}

/**
 * One of the drills by its name.
 *
 * @throws InputError that lists them all
 */
export function drillNamed(name: string, all: Readonly<Record<string, Drill>>): Drill {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found) return found;
  throw new InputError(`--drill '${name}': name one of ${Object.keys(all).join(', ')}, or a .json file`);
}

interface Described {
  readonly Reservations?: readonly {
    readonly Instances?: readonly { readonly InstanceId?: string; readonly PrivateDnsName?: string }[];
  }[];
}

/** The running Spot instance whose node has the most pods: where an interruption hurts most. */
export async function busiestSpot(sandbox: Sandbox): Promise<string> {
  const [instance] = await spotInstances(sandbox);
  if (instance === undefined) throw new InputError('this world has no running Spot instance: take another --drill');
  return instance;
}

/** The running Spot instances, those whose nodes have the most pods first. */
export async function spotInstances({ cloud, world }: Sandbox): Promise<string[]> {
  const Filters = [
    { Name: 'instance-lifecycle', Values: ['spot'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const answer = await cloud.call<Described>('ec2', 'DescribeInstances', { Filters }, person);
  const clusters = [...world.clusters.values()];
  return (answer.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .map(({ InstanceId = '', PrivateDnsName = '' }) => {
      const pods = clusters.map(({ store }) => store.podsOnNode(PrivateDnsName).length);
      return { InstanceId, pods: Math.max(0, ...pods) };
    })
    .toSorted((left, right) => right.pods - left.pods)
    .map(({ InstanceId }) => InstanceId);
}

function interruption(instanceId: string) {
  return {
    source: 'aws.ec2',
    detailType: 'EC2 Spot Instance Interruption Warning',
    resources: [`arn:aws:ec2:us-east-1:000000000000:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
  };
}
