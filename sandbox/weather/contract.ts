import type { AwsError, Principal } from '../aws/contract.ts';

export const weatherNames = ['calm', 'rough', 'storm'] as const;
export type WeatherName = (typeof weatherNames)[number];

export const weatherKinds = ['aws', 'kubernetes', 'events', 'functions', 'reads'] as const;
export type WeatherKind = (typeof weatherKinds)[number];

export interface WeatherOptions {
  readonly name: WeatherName;
  /** All by default. */
  readonly kinds?: readonly WeatherKind[];
  /** Epoch milliseconds until which it is calm; the beginning of the sandbox by default. */
  readonly from?: number;
  /** Epoch milliseconds at which it becomes calm; never by default. */
  readonly until?: number;
}

/** When a call goes wrong: before it takes effect, or after, so that only its answer is lost. */
export type Moment = 'before' | 'after';

/** What a caller meets instead of an answer, or before it. */
export type Trouble<Error> =
  | { readonly kind: 'error'; readonly error: Error; readonly moment: Moment }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly moment: Moment }
  /** Nothing comes back; the caller gives up by itself. */
  | { readonly kind: 'hang'; readonly moment: Moment }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** It takes effect, and is answered with success and nothing in it: an empty list where a list is asked for, or else an empty object. */
  | { readonly kind: 'empty' }
  /** The caller itself is killed. */
  | { readonly kind: 'kill'; readonly moment: Moment };

/** A call to a service of AWS: of a function over the wire, or of a state machine, which has neither a connection nor a process of its own. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  readonly from: 'wire' | 'machine';
}

/** A request to an API server. */
export interface KubernetesRequest {
  readonly user: string;
  /** The ARN with which the user signed its token, if it has one of AWS. */
  readonly arn: string | undefined;
  readonly verb: string;
  /** Plural name with a subresource after a slash, such as `pods/eviction`. */
  readonly resource: string;
  readonly name: string;
  /** The next page of a list. */
  readonly continued: boolean;
}

/** An answer of an API server other than the one that was asked for. */
export interface KubernetesRefusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** What a call, a request, an event or a function meets: drawn from the seed by the weather, or said by a test. */
export interface Sky {
  aws(call: AwsCall): Trouble<AwsError> | undefined;
  kubernetes(cluster: string, request: KubernetesRequest): Trouble<KubernetesRefusal> | undefined;
  /** The delays of each delivery of an event to a rule's target, in milliseconds: none loses it, two double it. */
  delays(target: string): readonly number[];
  /** By how many milliseconds a read of EC2 or Auto Scaling lags behind the world, for this caller. */
  lag(service: string, caller: string): number;
  /** What happens to a function that is invoked. */
  invocation(name: string): FunctionTrouble;
  /** By how many milliseconds the clock of a new environment of a function is off. */
  skew(name: string): number;
}

/** What happens to a function when it is invoked. */
export interface FunctionTrouble {
  readonly throttled: boolean;
  /** Milliseconds until it begins to work, if it has to start. */
  readonly coldStart: number;
}
