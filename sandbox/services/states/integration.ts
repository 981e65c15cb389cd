import type { LocalCloud } from '../../aws/cloud.ts';
import type { Principal } from '../../aws/contract.ts';
import type { Json } from './json.ts';

/** For whom a task calls. */
export interface Caller {
  readonly principal: Principal;
  readonly stateMachineArn: string;
  readonly executionArn: string;
}

/**
 * How a task waits: for the answer, for its token, or for the execution that it starts.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
 */
export type Pattern = 'response' | 'token' | 'sync' | 'sync:2';

/** What one `Resource` calls. */
export interface Integration {
  /** `lambda` and `invoke.waitForTaskToken` in histories. */
  readonly resourceType: string;
  readonly resource: string;
  readonly pattern: Pattern;
  /** Set for a function's own ARN, which has events of its own in histories. */
  readonly functionArn: string | undefined;
  /** Calls and gives the result; throws `StateFailure`. */
  call(parameters: Json, caller: Caller): Promise<Json>;
}

export interface IntegrationTools {
  readonly cloud: LocalCloud;
  /** Identifiers in answers that only look like AWS's. */
  readonly requestId: () => string;
}
