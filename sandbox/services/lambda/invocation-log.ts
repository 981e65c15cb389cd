import type { SandboxClock } from '../../clock.ts';
import type { FunctionConfig, LogEntry } from './contract.ts';

/** `LogResult` is "the last 4 KB of the execution log": https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const tailBytes = 4096;

interface LogOptions {
  readonly config: FunctionConfig;
  /** A number, or `$LATEST`. */
  readonly version: string;
  readonly group: string;
  readonly stream: string;
  readonly clock: SandboxClock;
  readonly write: (entry: LogEntry) => void;
}

/** The log stream of one environment, with Lambda's own START, END and REPORT lines around each invocation. */
export class InvocationLog {
  readonly #options: LogOptions;
  #lines: string[] = [];

  constructor(options: LogOptions) {
    this.#options = options;
  }

  line(message: string): void {
    const { config, group, stream, clock, write } = this.#options;
    this.#lines.push(message);
    write({ functionName: config.name, group, stream, timestamp: clock.now(), message });
  }

  /** Begins an invocation; `end` gives the tail of its log. */
  begin(requestId: string): { end(): string } {
    const { config, version, clock } = this.#options;
    const json = config.logFormat === 'JSON';
    const started = clock.now();
    this.#lines = [];
    this.line(
      json
        ? platform(clock, 'platform.start', { requestId, version })
        : `START RequestId: ${requestId} Version: ${version}`,
    );
    return {
      end: () => {
        const durationMs = clock.now() - started;
        if (json)
          this.line(
            platform(clock, 'platform.report', {
              requestId,
              metrics: { durationMs, memorySizeMB: config.memoryMegabytes },
            }),
          );
        else {
          this.line(`END RequestId: ${requestId}`);
          this.line(
            `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tMemory Size: ${config.memoryMegabytes} MB`,
          );
        }
        return Buffer.from(`${this.#lines.join('\n')}\n`)
          .subarray(-tailBytes)
          .toString('utf8');
      },
    };
  }
}

function platform(clock: SandboxClock, type: string, record: object): string {
  return JSON.stringify({ time: clock.date().toISOString(), type, record });
}
