import type { LocalCloud } from './aws/cloud.ts';
import type { SandboxClock } from './clock.ts';
import type { Alarms } from './services/cloudwatch/alarms.ts';
import type { Buses } from './services/events/buses.ts';
import type { Disturbance } from './services/events/contract.ts';
import type { LambdaRuntime } from './services/lambda/runtime.ts';
import type { Outbox } from './services/sns/outbox.ts';
import type { QueueStore } from './services/sqs/store.ts';
import type { States } from './services/states/states.ts';
import type { Assembly } from './synth.ts';
import type { Loaded } from './template/load-template.ts';
import type { Sky, WeatherOptions } from './weather/contract.ts';
import type { Witness } from './witness.ts';
import type { World } from './world/contract.ts';
import type { WorldFile } from './world/world-file.ts';

export interface SandboxOptions {
  readonly assembly: Assembly;
  /** Folder with the RBAC manifests that an operator applies to each cluster. */
  readonly manifests: string;
  /** The world to begin with. */
  readonly world: WorldFile;
  readonly seed: number;
  readonly mode: 'real' | 'skip';
  /** Epoch milliseconds at which the sandbox's time begins; a quarter of an hour ago by default. */
  readonly begins?: number;
  /**
   * Functions run in this process in place of processes of their own, and reach the sandbox without sockets. Nobody else may then talk to the
   * sandbox while its time skips.
   */
  readonly inProcess?: boolean;
  /** Of the AWS endpoint; 0 takes a free one. */
  readonly port: number;
  /** A real cluster in place of the world's first one; needs the `real` mode. */
  readonly kubeconfig?: string;
  /** Where that cluster's API server asks for token reviews. */
  readonly tokenReviewsPort?: number;
  readonly disturb?: Disturbance;
  /** Calm by default. */
  readonly weather?: WeatherOptions | Sky | undefined;
  /** Sees every call and request that takes effect. */
  readonly witness?: Witness | undefined;
  /** Every line that a function writes. */
  readonly onLog?: (functionName: string, message: string) => void;
}

/** A running sandbox. */
export interface Sandbox {
  readonly clock: SandboxClock;
  readonly cloud: LocalCloud;
  readonly world: World;
  readonly states: States;
  readonly buses: Buses;
  readonly queues: QueueStore;
  readonly runtime: LambdaRuntime;
  readonly alarms: Alarms;
  /** What topics would have mailed. */
  readonly outbox: Outbox;
  readonly loaded: Loaded;
  readonly endpoint: string;
  /** Resolves when no work is open: no execution, no event on its way, nothing booting or ending. */
  untilIdle(): Promise<void>;
  /** In `skip` mode: lets so much time pass although no work is open. Milliseconds. */
  letPass(milliseconds: number): Promise<void>;
  /** Goes on with the wall clock: lets time pass until the sandbox's shows the same, if it is not ahead. */
  followWallClock(): Promise<void>;
  close(): Promise<void>;
}
