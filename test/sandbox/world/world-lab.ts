import { afterEach, beforeEach } from '@jest/globals';
import type { KubeObject } from '../../../sandbox/kubernetes/types/objects.ts';
import type { NewEvent } from '../../../sandbox/services/events/contract.ts';
import type { World } from '../../../sandbox/world/world.ts';
import type { Credentials } from '../../../shared/kubernetes/eks-token.ts';
import { type TestCloud, testCloud } from '../aws/support.ts';
import { addWorld } from './support.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/drainer';
export const tag = 'kubernetes.io/cluster/demo';

export let parts: TestCloud;
export let world: World;
let emitted: NewEvent[];
export let credentials: Credentials;

export const small = {
  clusters: [{ name: 'demo' }],
  groups: [{ name: 'spot', cluster: 'demo', spot: true, desired: 3, max: 5 }],
};

async function begin(given: object = small): Promise<void> {
  parts = testCloud();
  emitted = [];
  credentials = parts.roles.registerRole(roleArn, []);
  world = await addWorld(parts, given, (event) => void emitted.push(event));
}

/** The small world for every test of a file, begun anew. */
export function useWorld(): void {
  beforeEach(() => begin());
  afterEach(async () => {
    await world.close();
    parts.clock.close();
  });
}

export const call = <Output>(service: string, operation: string, input: object = {}) =>
  parts.cloud.call<Output>(service, operation, input, { kind: 'person' });

export interface Group {
  readonly DesiredCapacity: number;
  readonly Instances?: readonly {
    readonly InstanceId: string;
    readonly LifecycleState: string;
    readonly AvailabilityZone: string;
  }[];
}

export async function group(): Promise<Group> {
  const { AutoScalingGroups } = await call<{ AutoScalingGroups: [Group] }>('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: ['spot'],
  });
  return AutoScalingGroups[0];
}

export const members = async () => (await group()).Instances ?? [];
export const serving = async () =>
  (await members()).filter(({ LifecycleState }) => LifecycleState === 'InService').map(({ InstanceId }) => InstanceId);
export const firstOf = async () => (await serving())[0] ?? '';
export const pass = (seconds: number) => parts.clock.letPass(seconds * 1_000);
export const of = (detailType: string) =>
  emitted.filter((event) => event.detailType === detailType).map(({ detail }) => detail as Record<string, unknown>);
export const node = (instanceId: string): KubeObject | undefined =>
  world.clusters
    .get('demo')
    ?.store.list('nodes')
    .find(({ spec }) => (spec as { providerID?: string }).providerID?.endsWith(instanceId));
export const isReady = (object: KubeObject | undefined) =>
  ((object?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
