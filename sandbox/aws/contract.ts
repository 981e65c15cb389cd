import type { SandboxClock } from '../clock.ts';
import type { Random } from '../random.ts';

/** The one account and region of the sandbox. */
export const account = '000000000000';
export const region = 'us-east-1';

/** Who makes a call: a person with any credentials, who may do everything, or a role of the template. */
export type Principal =
  | { readonly kind: 'person' }
  | { readonly kind: 'service'; readonly service: string; readonly sourceArn: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly sessionName: string };

export const person: Principal = { kind: 'person' };

export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Aborts when the caller hangs up, so that a long poll does not take a message that nobody reads. */
  readonly signal?: AbortSignal;
  /** A call that comes from outside, and meets the weather: over the wire, or from a state machine. */
  readonly outside?: 'wire' | 'machine';
}

/** What IAM must know of a call and cannot read from its input: the real ARNs, and values of condition keys such as tags. */
export interface CallFacts {
  /** Replaces the ARNs that the action table derives from the input. */
  readonly resources?: readonly string[];
  /** Condition keys, such as `aws:ResourceTag/team`. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  /** Condition keys of one of the resources, by its ARN: a batch may touch other rows in each table. */
  readonly keysOf?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An error in the shape that AWS answers: `code` is the name that clients see. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, such as `resourceName`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** What AWS has and the sandbox has not, refused by its name. */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplementedInSandbox', `The sandbox does not implement ${what}.`, 501);
}

/**
 * The behaviour of one operation. `input` and the result have the shape of the SDK for JavaScript: member names as there,
 * timestamps as `Date`, blobs as `Uint8Array`. The input has been checked against the service's own schema.
 */
export type Handler = (input: never, context: CallContext) => unknown;

/** The operations that one service of the sandbox knows. Any other operation fails by its own name. */
export interface Service {
  /** The SigV4 service name, such as `ec2`, `autoscaling`, `states`. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Handler>>;
  /**
   * Members of an operation's input that its handler acts on. A call that has another one is refused by the member's name; an operation
   * that is not listed takes every member of its schema.
   */
  readonly uses?: Readonly<Record<string, readonly string[]>>;
  /** Asked before each call of a role. Without it the ARNs come from the action table and no resource tags are known. */
  readonly facts?: (operation: string, input: Readonly<Record<string, unknown>>) => CallFacts;
  /** The policy of the resource that a call is about, such as a queue's; it decides for callers of kind `service`. */
  readonly resourcePolicy?: (operation: string, input: Readonly<Record<string, unknown>>) => ResourcePolicy | undefined;
}

export interface ResourcePolicy {
  readonly resource: string;
  /** The policy document as JSON text, as the service stores it. */
  readonly document: string;
}

/** What every part of the sandbox may use. */
export interface Cloud {
  readonly clock: SandboxClock;
  readonly random: Random;
  /** Is the operation there, and not only in the schema of its service? */
  implements(service: string, operation: string): boolean;
  /**
   * Calls an operation in process, with the same checks of schema and rights as a call over the wire.
   * Throws `AwsError`.
   */
  call<Output>(
    service: string,
    operation: string,
    input: object,
    principal: Principal,
    outside?: CallContext['outside'],
  ): Promise<Output>;
}
