import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import * as z from 'zod';
import type { ProbeAnswer } from '../aws/probes.ts';
import type { Clock } from '../runtime/clock.ts';
import { InvalidInputError, knownError, OutOfTimeError } from '../runtime/errors.ts';
import { logger, metrics } from '../runtime/telemetry.ts';
import { type Connectors, connectOnce } from './connectors.ts';
import type { TaskContract } from './define-workflow.ts';
import type { Needs } from './needs.ts';
import { probe, probedCluster } from './probe.ts';

/** Milliseconds before Lambda's own timeout at which the signal aborts, so that the function can still answer. */
const earlyTimeout = 2_000;

/** The ports that a task with these needs declares. */
type Declared<N extends Needs> = { readonly [Name in keyof N]: unknown } & { readonly clock: Clock };

type Run<Task extends TaskContract, Ports> = (
  ports: Ports,
) => (input: z.output<Task['input']>, signal: AbortSignal) => Promise<z.input<Task['output']>>;

/**
 * A Lambda handler for one task of a workflow: parses the input, connects what the task needs, runs, parses the output. Asked to be
 * probed, it tries what it needs instead.
 *
 * The handler throws TaskErrors only: InvalidInputError naming every path when the input does not fit, OutOfTimeError shortly
 * before Lambda would end it, and UnexpectedError for what is a bug, such as an output that does not fit.
 */
export function defineTask<Task extends TaskContract, Ports extends Declared<Task['needs']>>(
  contract: Task,
  connectors: Connectors<Ports>,
  run: Run<Task, Ports>,
) {
  const connect = connectOnce(connectors);
  return boundary<unknown, z.output<Task['output']> | ProbeAnswer>().handler(async (event, _context, { signal }) => {
    const probed = probedCluster(event);
    if (probed !== undefined) return await probe(contract, connect(signal), probed);
    const input = parseInput(contract.input, event) as z.output<Task['input']>;
    return contract.output.parse(await run(connect(signal))(input, signal)) as z.output<Task['output']>;
  });
}

/** What every handler of ours begins and ends with: logs, metrics, a clock that runs out in time, and known errors. */
export function boundary<Event, Result>() {
  return middy<Event, Result>({
    timeoutEarlyInMillis: earlyTimeout,
    timeoutEarlyResponse: () => {
      throw new OutOfTimeError('a call was slow; the function stopped before Lambda would have ended it');
    },
  })
    .use(injectLambdaContext(logger))
    .after(publishMetrics)
    .onError((request) => {
      publishMetrics();
      request.error = knownError(request.error);
    });
}

/** Powertools' own middleware warns whenever a call counted nothing, which is most of the time. */
function publishMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

/**
 * The event as the schema reads it.
 *
 * @throws InvalidInputError naming every path
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, event: unknown): z.output<Schema> {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInputError(z.prettifyError(result.error), { cause: result.error });
}
