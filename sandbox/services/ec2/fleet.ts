import { instanceArn } from '../../aws/arn.ts';
import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import { addressOf } from '../../kubernetes/kubelet/node-object.ts';
import { hex, type Random } from '../../random.ts';
import type { NewEvent } from '../events/contract.ts';
import type { Instance, InstanceState, LaunchSpec, StateReason } from './instance.ts';

/** EC2 promises no times. These are of the order that operators see; a stop or an end took 39 s in NTH issue 1022. */
const times: Readonly<Partial<Record<InstanceState, { readonly next: InstanceState; readonly ms: number }>>> = {
  pending: { next: 'running', ms: 8000 },
  'shutting-down': { next: 'terminated', ms: 30_000 },
  stopping: { next: 'stopped', ms: 30_000 },
};

/** "Terminated instances remain visible after termination (for approximately one hour)": API_TerminateInstances. */
const visibleAfterEnd = 3_600_000;

const userShutdown: StateReason = {
  Code: 'Client.UserInitiatedShutdown',
  Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

export interface FleetOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly emit: (event: NewEvent) => void;
}

/** Called after each change of an instance's state; `previous` is undefined for a launch. */
export type StateListener = (instance: Instance, previous: InstanceState | undefined) => void;

/** Instances as somebody sees them. */
export type FleetReader = Pick<Fleet, 'all' | 'find'>;

/** All EC2 instances and the machine of their states. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #instances = new Map<string, Instance>();
  readonly #timers = new Map<string, Timer>();
  readonly #listeners: StateListener[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  subscribe(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /** Instances that EC2 still shows. */
  all(): Instance[] {
    const oldest = this.#options.clock.now() - visibleAfterEnd;
    return [...this.#instances.values()].filter(
      ({ terminatedAt }) => terminatedAt === undefined || terminatedAt > oldest,
    );
  }

  find(instanceId: string): Instance | undefined {
    return this.all().find((instance) => instance.instanceId === instanceId);
  }

  /** Instances that are on their way from one state to another. */
  moving(): number {
    return this.#timers.size;
  }

  /** Starts a new instance. `since` makes one that has been running since that time, without any event. */
  launch(spec: LaunchSpec, since?: number): Instance {
    const instance = this.#add(this.#draft(spec, since ?? this.#options.clock.now()));
    if (since === undefined) this.#enter(instance, 'pending', undefined);
    else instance.state = 'running';
    return instance;
  }

  /** Starts new instances of one reservation. */
  launchAll(spec: LaunchSpec, count: number): Instance[] {
    const launchTime = this.#options.clock.now();
    const first = this.#add(this.#draft(spec, launchTime));
    const { reservationId } = first;
    const others = Array.from({ length: count - 1 }, (_, index) =>
      this.#add({ ...this.#draft(spec, launchTime), reservationId, launchIndex: index + 1 }),
    );
    const instances = [first, ...others];
    for (const instance of instances) this.#enter(instance, 'pending', undefined);
    return instances;
  }

  /** Ends an instance; does nothing for one that is ending. */
  terminate(instance: Instance, reason: StateReason = userShutdown): void {
    if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
    this.#leave(instance, reason);
    this.#enter(instance, 'shutting-down', instance.state);
  }

  /** Stops an instance; does nothing for one that is stopping. Throws `IncorrectInstanceState` for one that cannot be stopped. */
  stop(instance: Instance, reason: StateReason = userShutdown): void {
    if (instance.state === 'stopping' || instance.state === 'stopped') return;
    if (instance.state !== 'running') throw incorrect(instance, 'stopped');
    this.#leave(instance, reason);
    this.#enter(instance, 'stopping', 'running');
  }

  /** Throws `IncorrectInstanceState` for an instance that is neither stopped nor up. */
  start(instance: Instance): void {
    if (instance.state === 'pending' || instance.state === 'running') return;
    if (instance.state !== 'stopped') throw incorrect(instance, 'started');
    instance.stateReason = undefined;
    instance.stateTransitionReason = '';
    instance.interrupted = false;
    instance.launchTime = this.#options.clock.now();
    this.#enter(instance, 'pending', 'stopped');
  }

  close(): void {
    for (const timer of this.#timers.values()) this.#options.clock.cancel(timer);
  }

  #add(instance: Instance): Instance {
    this.#instances.set(instance.instanceId, instance);
    return instance;
  }

  #draft(spec: LaunchSpec, launchTime: number): Instance {
    const { random } = this.#options;
    const taken = new Set(Array.from(this.#instances.values(), ({ privateIp }) => privateIp));
    let instanceId = `i-${hex(random, 17)}`;
    // The address follows from the id, as the Node object reports it.
    while (taken.has(addressOf(instanceId))) instanceId = `i-${hex(random, 17)}`;
    return {
      ...spec,
      instanceId,
      reservationId: `r-${hex(random, 17)}`,
      launchIndex: 0,
      spotRequestId: spec.spotRequestId ?? (spec.spot ? `sir-${hex(random, 8)}` : undefined),
      privateIp: addressOf(instanceId),
      tags: new Map(Object.entries(spec.tags)),
      state: 'pending',
      launchTime,
      stateReason: undefined,
      stateTransitionReason: '',
      terminatedAt: undefined,
      interrupted: false,
    };
  }

  #leave(instance: Instance, reason: StateReason): void {
    instance.stateReason = reason;
    const at = this.#options.clock.date().toISOString().replace('T', ' ').slice(0, 19);
    const who = reason.Code.startsWith('Client.') ? 'User initiated' : reason.Code;
    instance.stateTransitionReason = `${who} (${at} GMT)`;
  }

  #enter(instance: Instance, state: InstanceState, previous: InstanceState | undefined): void {
    const { clock, emit } = this.#options;
    const { instanceId } = instance;
    instance.state = state;
    if (state === 'terminated') instance.terminatedAt = clock.now();
    clock.cancel(this.#timers.get(instanceId));
    this.#timers.delete(instanceId);
    const step = times[state];
    if (step)
      this.#timers.set(
        instanceId,
        clock.after(step.ms, () => this.#enter(instance, step.next, state)),
      );
    emit({
      source: 'aws.ec2',
      detailType: 'EC2 Instance State-change Notification',
      resources: [instanceArn(instanceId)],
      detail: { 'instance-id': instanceId, state },
    });
    for (const listener of this.#listeners) listener(instance, previous);
  }
}

function incorrect({ instanceId }: Instance, wish: 'started' | 'stopped'): AwsError {
  const message = `The instance '${instanceId}' is not in a state from which it can be ${wish}.`;
  return new AwsError('IncorrectInstanceState', message);
}
