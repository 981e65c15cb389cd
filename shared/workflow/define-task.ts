import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import * as z from 'zod';
import { InvalidInputError } from '../runtime/errors.ts';
import { logger, metrics } from '../runtime/telemetry.ts';

interface TaskContract<Input extends z.ZodType, Output extends z.ZodType> {
  readonly input: Input;
  readonly output: Output;
}

/** Milliseconds before Lambda's own timeout at which the signal aborts, so that the function can still answer. */
const earlyTimeout = 2_000;

/**
 * A Lambda handler for one task of a workflow: parses the input, runs, parses the output. `run` must hand its signal to
 * every call that it makes.
 *
 * The handler throws InvalidInputError when the input does not fit, naming every path; a misfit of the output is a bug and
 * surfaces as the ZodError that it is.
 */
export function defineTask<Input extends z.ZodType, Output extends z.ZodType>(
  contract: TaskContract<Input, Output>,
  run: (input: z.output<Input>, signal: AbortSignal) => Promise<z.input<Output>>,
) {
  return middy({ timeoutEarlyInMillis: earlyTimeout })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .handler(async (event: unknown, _context, { signal }): Promise<z.output<Output>> => {
      return contract.output.parse(await run(parseInput(contract.input, event), signal));
    });
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
