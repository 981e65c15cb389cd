import type { InterruptionAction, NodeConfig } from '../../world/instances.ts';
import type { Zone } from '../../world/network.ts';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** Codes of the low byte of InstanceState: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
export const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export interface StateReason {
  readonly Code: string;
  readonly Message: string;
}

/** How a Spot instance is asked for, and what becomes of it on interruption. */
export interface SpotOptions {
  readonly type: 'one-time' | 'persistent';
  readonly behaviour: InterruptionAction;
}

/** What somebody asks EC2 to launch. */
export interface LaunchSpec {
  readonly imageId: string;
  readonly instanceType: string;
  readonly zone: Zone;
  readonly spot: boolean;
  /** One-time and terminated on interruption by default. */
  readonly spotOptions?: SpotOptions | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly node: NodeConfig;
  /** As base64; kept and shown, never run. */
  readonly userData?: string | undefined;
  /** Of RunInstances. */
  readonly clientToken?: string | undefined;
  /** Of a persistent Spot request that is fulfilled again. */
  readonly spotRequestId?: string | undefined;
}

/** An EC2 instance. Only `Fleet` changes it. */
export interface Instance extends Omit<LaunchSpec, 'tags'> {
  readonly instanceId: string;
  readonly reservationId: string;
  /** Which of the reservation's instances it is. */
  readonly launchIndex: number;
  readonly spotRequestId: string | undefined;
  readonly privateIp: string;
  readonly tags: Map<string, string>;
  state: InstanceState;
  /** Epoch milliseconds; set again by a start. */
  launchTime: number;
  stateReason: StateReason | undefined;
  stateTransitionReason: string;
  terminatedAt: number | undefined;
  /** A spot interruption has been announced. */
  interrupted: boolean;
}

/** `ip-10-0-1-23.ec2.internal`: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html */
export function privateDnsName({ privateIp }: Pick<Instance, 'privateIp'>): string {
  return `ip-${privateIp.replaceAll('.', '-')}.ec2.internal`;
}
