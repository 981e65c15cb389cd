import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { asTask } from '../runtime/aws-errors.ts';
import { UnexpectedError } from '../runtime/errors.ts';

/** What a function found when it tried what it needs, with its own role and from its own network. */
const probeAnswer = z.strictObject({
  /** What it tried, and the error that came of it. */
  tried: z.array(
    z.strictObject({ what: z.string(), error: z.strictObject({ name: z.string(), message: z.string() }).optional() }),
  ),
  /** By which role it comes into clusters, and its rights there in the words of `kubectl auth can-i`; left out when it has none or could not ask. */
  role: z.string().optional(),
  rights: z.array(z.string()).optional(),
});
export type ProbeAnswer = z.output<typeof probeAnswer>;

/** The functions of this cell that can be probed. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Probes {
  /** Their names. */
  functions(): Promise<readonly string[]>;
  /** Asks one to try what it needs for work on the cluster. */
  probe(functionName: string, cluster: string): Promise<ProbeAnswer>;
}

/** Lambda through the SDK. */
export function lambdaProbes(client: LambdaClient, functions: readonly string[], signal?: AbortSignal): Probes {
  return {
    functions: async () => functions,
    async probe(functionName, cluster) {
      const Payload = JSON.stringify({ probe: { cluster } });
      const command = new InvokeCommand({ FunctionName: functionName, Payload });
      const answer = await asTask(`probe ${functionName}`, () =>
        client.send(command, signal && { abortSignal: signal }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      const parsed = answer.FunctionError === undefined ? probeAnswer.safeParse(JSON.parse(text)) : undefined;
      if (parsed?.success) return parsed.data;
      throw new UnexpectedError(`probe ${functionName}: ${text.slice(0, 500)}`);
    },
  };
}
