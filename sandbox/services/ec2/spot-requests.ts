import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import type { InterruptionAction } from '../../world/instances.ts';
import type { Fleet } from './fleet.ts';
import type { Instance, InstanceState } from './instance.ts';

/** Who takes the instance: EC2 needs its capacity, or an experiment of AWS FIS does as if. */
export type Cause = 'capacity' | 'experiment';

/** A request for one Spot instance. */
export interface SpotRequest {
  readonly id: string;
  readonly createdAt: number;
  /** The instance that fulfils it, or the last one. */
  instance: Instance;
  state: 'open' | 'active' | 'disabled' | 'closed' | 'cancelled';
  code: string;
  updatedAt: number;
  /** An interruption has been announced. */
  marked: { readonly action: InterruptionAction; readonly cause: Cause } | undefined;
  cancelled: boolean;
}

/** "Spot Instance requests are deleted four hours after they are canceled and their instances are terminated": API_DescribeSpotInstanceRequests. */
const visibleAfterEnd = 4 * 3_600_000;
/** EC2 gives no time in which it evaluates a request again. */
const evaluationTime = 5000;

/**
 * The requests of Spot instances with their status codes. Sources: EC2 user guide, "State changes for a Spot request" (tables of code,
 * request state and instance state) and "Stop a Spot Instance".
 */
export class SpotRequests {
  readonly #clock: SandboxClock;
  readonly #fleet: Fleet;
  readonly #requests = new Map<string, SpotRequest>();
  readonly #evaluations = new Set<Timer>();

  constructor(clock: SandboxClock, fleet: Fleet) {
    this.#clock = clock;
    this.#fleet = fleet;
    fleet.subscribe((instance, previous) => this.#changed(instance, previous));
  }

  /** Requests that EC2 evaluates again. */
  get evaluating(): number {
    return this.#evaluations.size;
  }

  close(): void {
    for (const timer of this.#evaluations) this.#clock.cancel(timer);
  }

  /** Those that EC2 still shows. */
  all(): SpotRequest[] {
    for (const instance of this.#fleet.all()) this.of(instance);
    const oldest = this.#clock.now() - visibleAfterEnd;
    const ended = ({ state }: SpotRequest) => state === 'closed' || state === 'cancelled';
    return [...this.#requests.values()].filter((request) => !ended(request) || request.updatedAt > oldest);
  }

  /** The request that the instance was launched for; a world begins with instances whose requests are as old as they. */
  of(instance: Instance): SpotRequest | undefined {
    const { spotRequestId: id } = instance;
    if (id === undefined) return undefined;
    const known = this.#requests.get(id);
    if (known) return known;
    const { launchTime } = instance;
    const code = instance.state === 'pending' ? 'pending-fulfillment' : 'fulfilled';
    const state = code === 'fulfilled' ? 'active' : 'open';
    const times = { createdAt: launchTime, updatedAt: launchTime };
    const request: SpotRequest = { id, instance, state, code, ...times, marked: undefined, cancelled: false };
    this.#requests.set(id, request);
    return request;
  }

  /**
   * An interruption is announced. "If it needs the capacity back and the instance is configured to terminate on interruption, the status is
   * immediately set to `instance-terminated-no-capacity`", while the instance runs for two minutes more; an experiment sets its code when
   * the instance is terminated.
   */
  mark(instance: Instance, action: InterruptionAction, cause: Cause): void {
    const request = this.of(instance);
    if (!request) return;
    request.marked = { action, cause };
    if (action !== 'terminate')
      this.#set(request, 'active', cause === 'capacity' ? 'marked-for-stop' : 'marked-for-stop-by-experiment');
    else if (cause === 'capacity') this.#end(request, 'instance-terminated-no-capacity');
  }

  /** The request goes; its instance stays as it is: EC2 user guide, "Cancel a Spot Instance request". */
  cancel(request: SpotRequest): void {
    if (request.state === 'closed' || request.state === 'cancelled') return;
    request.cancelled = true;
    const { state } = request.instance;
    const runs = state === 'running' || state === 'pending';
    const code = runs ? 'request-canceled-and-instance-running' : request.code;
    this.#set(request, 'cancelled', request.state === 'open' ? 'canceled-before-fulfillment' : code);
  }

  /** Throws `UnsupportedOperation` for an instance that only a persistent request could let stop. The words: cloud-custodian issue 8003. */
  checkStop({ instanceId, spot, spotOptions }: Instance): void {
    if (!spot || spotOptions?.type === 'persistent') return;
    const message = `You can't stop the Spot Instance '${instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`;
    throw new AwsError('UnsupportedOperation', message);
  }

  /** Throws `IncorrectSpotRequestState` for an instance that EC2 has stopped, which only EC2 starts again; one of FIS "remains stopped until you restart it". */
  checkStart(instance: Instance): void {
    const request = this.of(instance);
    if (request?.code !== 'instance-stopped-no-capacity' && !(request?.cancelled && instance.state === 'stopped'))
      return;
    const message = `You can't start the Spot Instance '${instance.instanceId}' because the associated Spot Instance request is not in an appropriate state to support start.`;
    throw new AwsError('IncorrectSpotRequestState', message);
  }

  #changed(instance: Instance, previous: InstanceState | undefined): void {
    const request = this.of(instance);
    if (!request || request.instance !== instance) return;
    const { state } = instance;
    if (state === 'pending') this.#set(request, 'open', previous ? 'pending-evaluation' : 'pending-fulfillment');
    else if (state === 'running') this.#set(request, 'active', 'fulfilled');
    else if (state === 'stopping' && !request.marked) this.#set(request, 'active', 'marked-for-stop');
    else if (state === 'stopped') this.#set(request, request.cancelled ? 'cancelled' : 'disabled', stopped(request));
    else if (state === 'shutting-down') this.#terminated(request, previous);
    if (state === 'stopped' || state === 'running') request.marked = undefined;
  }

  #terminated(request: SpotRequest, previous: InstanceState | undefined): void {
    const { marked } = request;
    if (previous === 'stopped') this.#set(request, 'cancelled', 'instance-terminated-by-service');
    else if (marked?.action === 'terminate' && marked.cause === 'experiment')
      this.#end(request, 'instance-terminated-by-experiment');
    else if (request.code !== 'instance-terminated-no-capacity') this.#end(request, 'instance-terminated-by-user');
    if (request.state === 'open') this.#evaluateAgain(request);
  }

  /** "If the Spot request is a persistent request, it returns to the `pending-evaluation` state and then Amazon EC2 can launch a new Spot Instance". */
  #evaluateAgain(request: SpotRequest): void {
    this.#set(request, 'open', 'pending-evaluation');
    request.marked = undefined;
    const timer = this.#clock.after(evaluationTime, () => {
      this.#evaluations.delete(timer);
      if (request.cancelled) return;
      const { tags, ...spec } = request.instance;
      request.instance = this.#fleet.launch({ ...spec, tags: Object.fromEntries(tags) });
      this.#set(request, 'open', 'pending-fulfillment');
    });
    this.#evaluations.add(timer);
  }

  /** One-time requests are closed, persistent ones open again. */
  #end(request: SpotRequest, code: string): void {
    const persistent = request.instance.spotOptions?.type === 'persistent';
    this.#set(request, request.cancelled ? 'cancelled' : persistent ? 'open' : 'closed', code);
  }

  #set(request: SpotRequest, state: SpotRequest['state'], code: string): void {
    request.state = state;
    request.code = code;
    request.updatedAt = this.#clock.now();
  }
}

function stopped({ marked }: SpotRequest): string {
  if (!marked) return 'instance-stopped-by-user';
  return marked.cause === 'capacity' ? 'instance-stopped-no-capacity' : 'instance-stopped-by-experiment';
}
