import { instanceArn } from '../../aws/arn.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import type { InterruptionAction } from '../../world/instances.ts';
import type { NewEvent } from '../events/contract.ts';
import type { Fleet } from './fleet.ts';
import type { Instance, StateReason } from './instance.ts';
import type { Cause, SpotRequests } from './spot-requests.ts';

/**
 * Milliseconds from the notice to the end: "two minutes prior to the actual interruption (except for hibernation, [...] because hibernation
 * begins immediately)". https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
const notice: Readonly<Record<InterruptionAction, number>> = { terminate: 120_000, stop: 120_000, hibernate: 0 };

/** Codes of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
const terminated: StateReason = {
  Code: 'Server.SpotInstanceTermination',
  Message: 'Server.SpotInstanceTermination: Spot instance termination',
};
const shutDown: StateReason = {
  Code: 'Server.SpotInstanceShutdown',
  Message: 'Server.SpotInstanceShutdown: Spot instance shutdown',
};

interface Options {
  readonly clock: SandboxClock;
  readonly fleet: Fleet;
  readonly requests: SpotRequests;
  readonly emit: (event: NewEvent) => void;
}

/** Auto Scaling hears of both, as the owner of an instance. */
export interface SpotListener {
  interrupted(instance: Instance): void;
  recommended(instance: Instance): void;
}

/** The spot service: takes instances away with notice. */
export class Spot {
  readonly #options: Options;
  readonly #timers = new Map<Timer, Instance>();
  readonly #experiments = new Set<Timer>();
  readonly #listeners: SpotListener[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  subscribe(listener: SpotListener): void {
    this.#listeners.push(listener);
  }

  /** Interruptions that have been announced, and whose instance still runs. */
  get pending(): number {
    return this.#experiments.size + [...this.#timers.values()].filter(({ state }) => state === 'running').length;
  }

  /**
   * Announces the interruption and carries it out when the notice is over; what then becomes of the instance is what its request says, unless
   * told otherwise. Throws for an instance that is no running spot instance.
   */
  interrupt(instanceId: string, given?: InterruptionAction, cause: Cause = 'capacity'): void {
    const { clock, emit, requests } = this.#options;
    const instance = this.#interruptible(instanceId);
    const action = given ?? instance.spotOptions?.behaviour ?? 'terminate';
    instance.interrupted = true;
    requests.mark(instance, action, cause);
    emit({
      source: 'aws.ec2',
      detailType: 'EC2 Spot Instance Interruption Warning',
      resources: [instanceArn(instanceId)],
      detail: { 'instance-id': instanceId, 'instance-action': action },
    });
    const timer = clock.after(notice[action], () => {
      this.#timers.delete(timer);
      this.#take(instance, action);
    });
    this.#timers.set(timer, instance);
    for (const listener of this.#listeners) listener.interrupted(instance);
  }

  /** Says that the instance is at an elevated risk of interruption. Throws for an instance that is no running spot instance. */
  recommend(instanceId: string): void {
    const instance = this.#running(instanceId);
    this.#options.emit({
      source: 'aws.ec2',
      detailType: 'EC2 Instance Rebalance Recommendation',
      resources: [instanceArn(instanceId)],
      detail: { 'instance-id': instanceId },
    });
    for (const listener of this.#listeners) listener.recommended(instance);
  }

  /**
   * What `aws:ec2:send-spot-instance-interruptions` of AWS FIS does: "immediately after the action is initiated, the target instance receives
   * an EC2 instance rebalance recommendation", and "a Spot Instance interruption notice two minutes before interrupting"
   * (FIS actions reference). Throws for an instance that is no running spot instance.
   *
   * @param before milliseconds until the interruption, "from 2 to 15 minutes"
   */
  experiment(instanceId: string, before: number): void {
    this.#interruptible(instanceId);
    this.recommend(instanceId);
    const wait = before - notice.terminate;
    if (wait <= 0) {
      this.interrupt(instanceId, undefined, 'experiment');
      return;
    }
    const timer = this.#options.clock.after(wait, () => {
      this.#experiments.delete(timer);
      const instance = this.#options.fleet.find(instanceId);
      // Whoever has the recommendation may have ended the instance since.
      if (instance?.state === 'running' && !instance.interrupted) this.interrupt(instanceId, undefined, 'experiment');
    });
    this.#experiments.add(timer);
  }

  close(): void {
    for (const timer of [...this.#timers.keys(), ...this.#experiments]) this.#options.clock.cancel(timer);
  }

  #interruptible(instanceId: string): Instance {
    const instance = this.#running(instanceId);
    if (instance.interrupted) throw new Error(`${instanceId} is being interrupted already`);
    return instance;
  }

  #running(instanceId: string): Instance {
    const instance = this.#options.fleet.find(instanceId);
    if (!instance) throw new Error(`there is no instance ${instanceId}`);
    if (!instance.spot) throw new Error(`${instanceId} is no spot instance`);
    if (instance.state !== 'running') throw new Error(`${instanceId} is ${instance.state}, not running`);
    return instance;
  }

  /** Somebody may have ended the instance meanwhile. */
  #take(instance: Instance, action: InterruptionAction): void {
    if (instance.state !== 'running') return;
    if (action === 'terminate') this.#options.fleet.terminate(instance, terminated);
    else this.#options.fleet.stop(instance, shutDown);
  }
}
