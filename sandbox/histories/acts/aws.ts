import type { Event } from '../../services/events/contract.ts';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, groupsOf, instancesOf, spotOf } from './find.ts';
import { claimForKarpenter } from './karpenter.ts';

type Chance = Pick<Act, 'which' | 'how'>;

/** What has been on the default bus, for those who replay it. */
const heard = 'events on the default bus';

/** Keeps what AWS tells, so that it can be told again. */
export function keepEvents({ sandbox, notes }: Stage): void {
  const events: Event[] = [];
  notes.set(heard, events);
  sandbox.buses.onEvent((event, bus) => {
    if (bus === 'default' && event.source.startsWith('aws.')) events.push(event);
  });
}

function interrupt(stage: Stage, { which, how }: Chance): string | undefined {
  const instance = choose(spotOf(stage), which);
  if (!instance) return undefined;
  const action = how < 0.9 ? 'terminate' : how < 0.97 ? 'stop' : 'hibernate';
  stage.sandbox.world.interruptSpot(instance.instanceId, { action });
  return `EC2 interrupts ${instance.instanceId} (${action})`;
}

/** A zone runs out of Spot capacity: several warnings within seconds. */
function interruptMany(stage: Stage, { which, how }: Chance): string | undefined {
  const all = spotOf(stage);
  const zone = choose(all, which)?.zone.name;
  const taken = all.filter((instance) => instance.zone.name === zone).slice(0, 2 + Math.floor(how * 4));
  if (taken.length === 0) return undefined;
  for (const [index, { instanceId }] of taken.entries())
    stage.later(index * Math.round(how * 9_000), async () => {
      if (spotOf(stage).some((instance) => instance.instanceId === instanceId))
        stage.sandbox.world.interruptSpot(instanceId);
    });
  return `EC2 interrupts ${taken.map(({ instanceId }) => instanceId).join(', ')}`;
}

function recommend(stage: Stage, { which }: Chance): string | undefined {
  const instance = choose(spotOf(stage), which);
  if (!instance) return undefined;
  stage.sandbox.world.recommendRebalance(instance.instanceId);
  return `EC2 recommends to rebalance ${instance.instanceId}`;
}

function experiment(stage: Stage, { which, how }: Chance): string | undefined {
  const instance = choose(spotOf(stage), which);
  if (!instance) return undefined;
  const minutes = 2 + Math.floor(how * 14);
  stage.sandbox.world.experimentOnSpot(instance.instanceId, minutes * 60_000);
  return `EC2 recommends to rebalance ${instance.instanceId}, and takes it in ${minutes} min`;
}

/** The machine below fails: EC2 ends the instance without any notice. */
async function endInstance(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const instance = choose(instancesOf(stage), which);
  if (!instance) return undefined;
  await stage.call('ec2', 'TerminateInstances', { InstanceIds: [instance.instanceId] });
  return `somebody ends ${instance.instanceId} in EC2`;
}

/** An instance outside of any group that joins the cluster: made by Terraform, by hand, or by another tool. */
async function runInstance(stage: Stage, { how }: Chance): Promise<string | undefined> {
  const { Instances: [instance] = [] } = await stage.call<{ Instances?: { InstanceId: string }[] }>(
    'ec2',
    'RunInstances',
    {
      ImageId: 'ami-1',
      InstanceType: 'm5.xlarge',
      MinCount: 1,
      MaxCount: 1,
      ...(how < 0.5 && { InstanceMarketOptions: { MarketType: 'spot' } }),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: `kubernetes.io/cluster/${stage.cluster.name}`, Value: 'owned' }] },
      ],
    },
  );
  if (!instance) return undefined;
  if (how > 0.3 && how < 0.7) {
    claimForKarpenter(stage, instance.InstanceId);
    return `Karpenter launches ${instance.InstanceId}`;
  }
  return `somebody launches ${instance.InstanceId} outside of any group`;
}

async function stopAndStart(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const instance = choose(instancesOf(stage), which);
  if (!instance) return undefined;
  const InstanceIds = [instance.instanceId];
  await stage.call('ec2', 'StopInstances', { InstanceIds });
  const minutes = 1 + Math.floor(how * 10);
  stage.later(minutes * 60_000, async () => {
    if (instance.state === 'stopped') await stage.call('ec2', 'StartInstances', { InstanceIds });
  });
  return `somebody stops ${instance.instanceId} and starts it after ${minutes} min`;
}

/** An event comes again: EventBridge delivers at least once, and archives are replayed. */
function repeatEvent({ sandbox, notes }: Stage, { which }: Chance): string | undefined {
  const event = choose(notes.get(heard) as Event[], which);
  if (!event) return undefined;
  sandbox.buses.publish('default', event);
  return `the ${event['detail-type']} of ${event.time} comes again`;
}

/** An event of another account, or of a cluster that is not ours. */
function foreignEvent({ sandbox }: Stage, { which }: Chance): string {
  const id = `i-0${Math.floor(which * 2 ** 40)
    .toString(16)
    .padStart(16, '0')}`;
  sandbox.buses.emit({
    source: 'aws.ec2',
    detailType: 'EC2 Spot Instance Interruption Warning',
    detail: { 'instance-id': id, 'instance-action': 'terminate' },
  });
  return `a warning about ${id}, which nobody knows`;
}

/** Whoever may put events on the default bus can say this of any instance: a drill of the product that nobody has announced. */
function forgeDrill(stage: Stage, { which }: Chance): string | undefined {
  const instance = choose(spotOf(stage), which);
  if (!instance) return undefined;
  stage.sandbox.buses.emit({
    source: 'eks-steward.drill',
    detailType: 'EC2 Spot Instance Interruption Warning',
    detail: { 'instance-id': instance.instanceId, 'instance-action': 'terminate' },
  });
  return `somebody sends a drill about ${instance.instanceId}`;
}

function noCapacity(stage: Stage, { which, how }: Chance): string | undefined {
  const group = choose(groupsOf(stage), which);
  if (!group) return undefined;
  const zone = how < 0.5 ? group.zones[0]?.name : undefined;
  const end = stage.sandbox.world.failLaunches(group.name, {
    code: 'InsufficientInstanceCapacity',
    message: 'We currently do not have sufficient capacity in the Availability Zone you requested.',
    ...(zone !== undefined && { zone }),
  });
  const minutes = 1 + Math.floor(how * 30);
  stage.later(minutes * 60_000, async () => end());
  return `no capacity for ${group.name} ${zone === undefined ? 'anywhere' : `in ${zone}`} for ${minutes} min`;
}

export const ofAws: Readonly<Record<string, Kind>> = {
  interrupt: { weight: 6, does: interrupt },
  'interrupt-many': { weight: 2, does: interruptMany },
  recommend: { weight: 3, does: recommend },
  experiment: { weight: 2, does: experiment },
  'end-instance': { weight: 1, does: endInstance },
  'run-instance': { weight: 0.6, does: runInstance },
  'stop-and-start': { weight: 1, does: stopAndStart },
  'repeat-event': { weight: 2, does: repeatEvent },
  'foreign-event': { weight: 0.5, does: foreignEvent },
  'forge-drill': { weight: 0.3, does: forgeDrill },
  'no-capacity': { weight: 1, does: noCapacity },
};
