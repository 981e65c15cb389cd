import type { Iam } from '../aws/iam/iam.ts';
import type { SandboxClock } from '../clock.ts';
import type { Cluster, ClusterOptions } from '../kubernetes/contract.ts';
import type { Part } from '../part.ts';
import type { Random } from '../random.ts';
import type { Groups } from '../services/autoscaling/groups.ts';
import type { Fleet } from '../services/ec2/fleet.ts';
import type { NewEvent } from '../services/events/contract.ts';
import type { Surroundings } from '../services/lambda/function-networks.ts';
import type { WorldChange } from './changes.ts';
import type { InterruptionAction, LaunchFailure } from './instances.ts';

/** What the world is built on; each is given from outside. */
export interface WorldParts {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly roles: Iam;
  /** Says on the default event bus what has happened. */
  readonly emit: (event: NewEvent) => void;
  readonly createCluster: (options: ClusterOptions) => Promise<Cluster>;
  /** What an operator has applied to each cluster of the world; the world's own manifests may say otherwise. None by default. */
  readonly manifests?: readonly object[];
  /** By how many milliseconds the reads of a service lag behind, for a caller; they are up to date by default. */
  readonly lag?: ((service: string, caller: string) => number) | undefined;
  /** What images do when a pod starts; all run by default. */
  readonly images?: ClusterOptions['images'];
}

/** EC2, Auto Scaling and EKS: its services are `ec2`, `autoscaling` and `eks`, and opening it begins as the file says. */
export interface World extends Part, Surroundings {
  /** The API servers of clusters that are ACTIVE, by name. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** The truth, for those who check what others believe. */
  readonly fleet: Pick<Fleet, 'all' | 'find' | 'subscribe'>;
  readonly groups: Pick<Groups, 'all' | 'get'>;
  /** A spot interruption as EC2 does it: the warning now, the end two minutes later. Throws for an instance that is no running spot instance. */
  interruptSpot(instanceId: string, options?: { readonly action?: InterruptionAction }): void;
  /** What an experiment of AWS FIS does: EC2's hint now, the warning two minutes before the end, the end `before` milliseconds from now. Throws as `interruptSpot` does. */
  experimentOnSpot(instanceId: string, before: number): void;
  /** EC2's hint that a spot instance is at an elevated risk. Throws as `interruptSpot` does. */
  recommendRebalance(instanceId: string): void;
  /** Lets launches of a group fail. Throws for an unknown group. Gives a function that ends it. */
  failLaunches(group: string, failure: LaunchFailure): () => void;
  /** Calls `onChange` with every change. Gives a function that ends it. */
  listeners(onChange: (what: WorldChange) => void): () => void;
  open(): Promise<void>;
  close(): Promise<void>;
}
