/** How long an AWS call may take, in milliseconds, and how often the SDK tries it. */
export interface Patience {
  readonly connect: number;
  /** Until the answer's head is there; as long again may pass without a byte of its body. */
  readonly request: number;
  readonly attempts: number;
}

/**
 * Less than the shortest function has (10 s), so that a call that hangs becomes an error with its own name. Without them the SDK
 * waits for ever (@smithy/node-http-handler: no time limit is set by default). All attempts together end with the signal.
 */
export const patience: Patience = { connect: 1_000, request: 3_000, attempts: 3 };

interface ClientOptions {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly socketTimeout: number;
  };
}

/** A client of the SDK that waits no longer than it is told, as in `awsClient(EC2Client)`. */
export function awsClient<Client, More extends object>(
  Type: new (options: ClientOptions & More) => Client,
  { connect, request, attempts }: Patience = patience,
  more: More = {} as More,
): Client {
  return new Type({
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: connect,
      requestTimeout: request,
      // By default the SDK only logs that the time is over, and goes on waiting.
      throwOnRequestTimeout: true,
      socketTimeout: request,
    },
    ...more,
  });
}
