import type { Principal } from './aws/contract.ts';
import type { RequestInfo } from './kubernetes/http/request-info.ts';
import type { KubeObject } from './kubernetes/types/objects.ts';

/** A call to a service of AWS that its handler has answered, whether or not its caller hears of it. */
export interface WitnessedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  /** The handler's answer, or what it threw. */
  readonly output?: unknown;
  readonly error?: unknown;
}

/** A request that an API server has worked on, whether or not its client hears of it. */
export interface WitnessedRequest {
  readonly cluster: string;
  readonly user: string;
  readonly info: RequestInfo;
  readonly body: Buffer;
  readonly status: number;
  /** The object that it names, as it was. */
  readonly before: KubeObject | undefined;
}

/** Who sees everything that takes effect, in its order. */
export interface Witness {
  call?(call: WitnessedCall): void;
  request?(request: WitnessedRequest): void;
}
