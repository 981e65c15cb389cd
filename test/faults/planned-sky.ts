import type { AwsError } from '../../sandbox/aws/contract.ts';
import type { SandboxClock } from '../../sandbox/clock.ts';
import type { AwsCall, KubernetesRefusal, KubernetesRequest, Sky, Trouble } from '../../sandbox/weather/contract.ts';
import type { Call, Callers } from './calls.ts';

/** What the calls of one kind meet. */
export interface Plan {
  readonly call: Call;
  /** For how long after the first call of that kind; 0 is that call alone. Milliseconds. */
  readonly lasts: number;
  readonly trouble: Trouble<AwsError> | Trouble<KubernetesRefusal>;
}

/** A sky that is calm but for what is planned; it knows every call that was made under it. */
export class PlannedSky implements Sky {
  readonly #plan: Plan | undefined;
  readonly #made = new Map<string, Call>();
  #callers: Callers | undefined;
  #clock: SandboxClock | undefined;
  #met: number | undefined;

  constructor(plan?: Plan) {
    this.#plan = plan;
  }

  /** From here on calls count: what a world does before a play begins is none of it. */
  begin(callers: Callers, clock: SandboxClock): void {
    this.#callers = callers;
    this.#clock = clock;
  }

  /** Every kind of call that was made. */
  get made(): readonly Call[] {
    return [...this.#made.values()];
  }

  /** Was the planned call made? */
  get met(): boolean {
    return this.#met !== undefined;
  }

  aws(call: AwsCall): Trouble<AwsError> | undefined {
    return this.#troubleOf(this.#callers?.ofAws(call)) as Trouble<AwsError> | undefined;
  }

  kubernetes(_cluster: string, request: KubernetesRequest): Trouble<KubernetesRefusal> | undefined {
    return this.#troubleOf(this.#callers?.ofKubernetes(request)) as Trouble<KubernetesRefusal> | undefined;
  }

  delays(): readonly number[] {
    return [0];
  }

  lag(): number {
    return 0;
  }

  invocation() {
    return { throttled: false, coldStart: 0 };
  }

  skew(): number {
    return 0;
  }

  #troubleOf(call: Call | undefined): Plan['trouble'] | undefined {
    if (!call) return undefined;
    this.#made.set(`${call.who} ${call.what}`, call);
    const plan = this.#plan;
    if (plan?.call.who !== call.who || plan.call.what !== call.what) return undefined;
    const now = this.#clock?.now() ?? 0;
    const first = this.#met === undefined;
    this.#met ??= now;
    return first || (plan.lasts > 0 && now - this.#met < plan.lasts) ? plan.trouble : undefined;
  }
}
