import type { Credentials } from '../../aws/iam/iam.ts';
import type { SandboxClock } from '../../clock.ts';
import type { FunctionConfig, FunctionErrorPayload } from './contract.ts';

/** One execution environment: it runs one invocation at a time. */
export interface Environment {
  /** It takes no more work. */
  readonly ended: boolean;
  /** Of the credentials that it signs with. */
  readonly accessKeyId: string;
  /** It waits for an answer of the sandbox, which may go when what the returned function gives has resolved. */
  wait(): () => Promise<void>;
  /** Runs one invocation, after a start if it is the first one. Never rejects: a crash is an outcome. */
  run(work: Work): Promise<Outcome>;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): void;
}

export interface EnvironmentOptions {
  readonly id: string;
  readonly config: FunctionConfig;
  /** A number, or `$LATEST`. */
  readonly version: string;
  readonly functionArn: string;
  readonly credentials: Credentials;
  readonly endpoint: string;
  readonly stream: string;
  readonly clock: SandboxClock;
  /** A line of the function's output, without its line feed. */
  readonly onLine: (line: string) => void;
  /** It has ended and takes no more work. */
  readonly onExit: () => void;
  /** What its network does not reach, as `host:port`. */
  readonly unanswered: () => readonly string[];
  /** Where its calls of AWS go, if not all to the endpoint. */
  readonly awsEndpoints: Readonly<Record<string, string>>;
}

export interface Work {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly traceId: string;
}

export interface Outcome {
  readonly failed: boolean;
  readonly body: Buffer;
}

export function failure(error: FunctionErrorPayload): Outcome {
  return { failed: true, body: Buffer.from(JSON.stringify(error)) };
}

/** The outcome of an invocation whose environment has ended, in the words of Lambda. */
export function exited(requestId = '', reason = 'Runtime exited with error: signal: killed'): Outcome {
  return failure({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${reason}` });
}

/** Writes the line and gives the outcome of an invocation that took as long as it may. */
export function timedOut({ config, clock, onLine }: EnvironmentOptions, requestId: string): Outcome {
  const text = `Task timed out after ${config.timeoutSeconds.toFixed(2)} seconds`;
  onLine(`${clock.date().toISOString()} ${requestId} ${text}`);
  return failure({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${text}` });
}
