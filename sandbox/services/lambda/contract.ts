/** Where a function's network interfaces are. */
export interface VpcConfig {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What stands between functions and what they call. */
export interface FunctionNetworks {
  /** Throws `InvalidParameterValueException` when a function of that role cannot be in that network. */
  check(vpc: VpcConfig, roleArn: string): void;
  /** The addresses that do not answer there, as `host:port`; outside of any VPC without one. */
  unanswered(vpc: VpcConfig | undefined): readonly string[];
  /** Variables that send calls of AWS elsewhere than `endpoint`. */
  awsEndpoints(vpc: VpcConfig | undefined, endpoint: string): Readonly<Record<string, string>>;
}

/** A function as it is deployed. */
export interface FunctionConfig {
  readonly name: string;
  /** `<file>.<export>`, such as `index.handler`. */
  readonly handler: string;
  /** The folder of the bundled code. */
  readonly codeDirectory: string;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240. */
  readonly memoryMegabytes: number;
  readonly reservedConcurrency?: number | undefined;
  /** `Text` by default. */
  readonly logFormat?: 'Text' | 'JSON' | undefined;
  /** `/aws/lambda/<name>` by default. */
  readonly logGroup?: string | undefined;
  readonly description?: string | undefined;
  /** Outside of any VPC by default. */
  readonly vpc?: VpcConfig | undefined;
  /** The function's resource policy as JSON text, from `AWS::Lambda::Permission`: it decides for services that invoke the function. */
  readonly policy?: string | undefined;
  /** Of asynchronous invocations: 0 to 2, 2 by default. */
  readonly maximumRetryAttempts?: number | undefined;
  /** Of asynchronous invocations: 60 to 21,600 seconds, six hours by default. */
  readonly maximumEventAgeSeconds?: number | undefined;
}

/** One line that a function or the platform has written. */
export interface LogEntry {
  readonly functionName: string;
  readonly group: string;
  readonly stream: string;
  /** Epoch milliseconds on the sandbox's clock. */
  readonly timestamp: number;
  readonly message: string;
}

/** What an invocation gives its caller. */
export interface InvokeResult {
  readonly payload: Buffer;
  /** `Unhandled` when the function failed; the payload then has `errorType` and `errorMessage`. */
  readonly functionError: 'Unhandled' | undefined;
  readonly requestId: string;
  /** The last 4 KB of the invocation's log. */
  readonly logTail: string;
}

export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** An asynchronous event that Lambda gave up. */
export interface DroppedEvent {
  readonly functionName: string;
  readonly payload: Buffer;
  readonly attempts: number;
  readonly reason: 'EventAgeExceeded' | 'RetriesExhausted';
}
