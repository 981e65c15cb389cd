import type { Iam } from '../../aws/iam/iam.ts';
import type { SandboxClock } from '../../clock.ts';
import type { LocalNetwork } from '../../network/local-network.ts';
import type { Random } from '../../random.ts';
import type { Sky } from '../../weather/contract.ts';
import type { DroppedEvent, FunctionNetworks, LogEntry } from './contract.ts';
import type { Environment, EnvironmentOptions } from './environment.ts';

export interface RuntimeOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly roles: Iam;
  /** `AWS_ENDPOINT_URL` of the functions. */
  readonly endpoint: () => string;
  /** Every line that functions and the platform write. */
  readonly onLog: (entry: LogEntry) => void;
  /** One invocation has ended, after so many milliseconds on the sandbox's clock. */
  readonly onInvocation?: (functionName: string, failed: boolean, milliseconds: number) => void;
  /** An invocation was refused because too many run. */
  readonly onThrottle?: (functionName: string) => void;
  /** An asynchronous event that Lambda gave up. */
  readonly onDrop?: (dropped: DroppedEvent) => void;
  /** The networks of the world; none by default. */
  readonly networks?: FunctionNetworks;
  /** The network of functions that run in this process; each has a process of its own by default. */
  readonly inProcess?: LocalNetwork | undefined;
  /** Calm by default. */
  readonly weather?: Sky | undefined;
  /** Environments of one function at a time; 10 by default, because a process takes some 60 MB. */
  readonly maximumEnvironments?: number;
}

export interface RuntimeTools extends RuntimeOptions {
  readonly newEnvironment: (options: EnvironmentOptions) => Environment;
  readonly maximumEnvironments: number;
}
