import type { AwsCall, FunctionTrouble, KubernetesRequest, Sky } from '../weather/contract.ts';

/** Trouble that a call, request, event or function met, by a name that is the same in every run of the history. */
export interface MetTrouble {
  readonly name: string;
  readonly at: number;
}

/**
 * Names every trouble of a sky by where it hits and the how manyth look there it is, and keeps what was met. Only those of `only` are let
 * through, if it is given: that is how troubles are left out of a history.
 */
export class Met implements Sky {
  readonly troubles: MetTrouble[] = [];
  /** Deliveries of events that were lost or late: when the event was sent, and by how many milliseconds it came; Infinity never. */
  readonly late: { readonly at: number; readonly by: number }[] = [];
  /** Until when the eviction of the pod of a name shall not be asked for again, because a server has said so. */
  readonly waits = new Map<string, number>();
  readonly #sky: Sky;
  readonly #now: () => number;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #told: (name: string) => void;
  readonly #looks = new Map<string, number>();

  /** @param told hears of each trouble when it is met */
  constructor(
    sky: Sky,
    now: () => number,
    only: readonly string[] | undefined,
    told: (name: string) => void = () => undefined,
  ) {
    this.#told = told;
    this.#sky = sky;
    this.#now = now;
    this.#only = only && new Set(only);
  }

  aws(call: AwsCall) {
    return this.#let(`aws ${call.service}:${call.operation}`, this.#sky.aws(call));
  }

  kubernetes(cluster: string, request: KubernetesRequest) {
    const where = `kubernetes ${request.verb} ${request.resource}`;
    const trouble = this.#let(where, this.#sky.kubernetes(cluster, request));
    const seconds = trouble?.kind === 'error' ? (trouble.error.retryAfterSeconds ?? 0) : 0;
    if (seconds > 0 && request.resource === 'pods/eviction')
      this.waits.set(request.name, this.#now() + seconds * 1_000);
    return trouble;
  }

  delays(target: string): readonly number[] {
    const where = `event to ${target.split(':').at(-1)}`;
    const delays = this.#sky.delays(target);
    const calm = delays.length === 1 && delays[0] === 0;
    const given = this.#let(where, calm ? undefined : delays) ?? [0];
    const by = Math.min(Number.POSITIVE_INFINITY, ...given);
    if (by > 0) this.late.push({ at: this.#now(), by });
    return given;
  }

  lag(service: string, caller: string): number {
    const where = `read of ${service} by ${caller.split('/').at(-1)}`;
    return this.#let(where, this.#sky.lag(service, caller) || undefined) ?? 0;
  }

  invocation(name: string): FunctionTrouble {
    const { throttled, coldStart } = this.#sky.invocation(name);
    return { throttled: this.#let(`invocation of ${name}`, throttled || undefined) ?? false, coldStart };
  }

  skew(name: string): number {
    return this.#let(`clock of ${name}`, this.#sky.skew(name) || undefined) ?? 0;
  }

  /** Names of the troubles between two times at a place. */
  in(place: string, from: number, to: number): MetTrouble[] {
    return this.troubles.filter(({ name, at }) => name.startsWith(place) && at >= from && at <= to);
  }

  #let<Trouble>(where: string, trouble: Trouble | undefined): Trouble | undefined {
    const look = (this.#looks.get(where) ?? 0) + 1;
    this.#looks.set(where, look);
    if (trouble === undefined) return undefined;
    const name = `${where} #${look}`;
    if (this.#only && !this.#only.has(name)) return undefined;
    this.troubles.push({ name, at: this.#now() });
    this.#told(name);
    return trouble;
  }
}
