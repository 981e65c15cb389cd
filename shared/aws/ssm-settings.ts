import type { SSMClient } from '@aws-sdk/client-ssm';
import { ChunkError } from '../config/chunks.ts';
import { ConfigurationError, parseClusterSettings } from '../config/parse.ts';
import { parameterNames } from '../config/schema.ts';
import { awsTaskError } from '../runtime/aws-errors.ts';
import { ApiUnavailableError, InvalidSettingsError, UnknownClusterError } from '../runtime/errors.ts';
import type { Settings } from './settings.ts';
import { SsmParameters } from './ssm-parameters.ts';

/** Seconds that a parameter may be old. */
const maxAge = { settings: 60, pause: 10 } as const;

/**
 * The settings as SSM parameters. What was read is kept from one signal, that is one invocation, to the next.
 *
 * @param prefix of the parameters' names, as in `/eks-steward`
 */
export function ssmSettings(client: SSMClient, prefix: string): (signal?: AbortSignal) => Settings {
  const parameters = new SsmParameters(client);
  const names = parameterNames(prefix);
  const read = async (name: string, options: Parameters<SsmParameters['read']>[1]): Promise<string | undefined> => {
    try {
      return await parameters.read(name, options);
    } catch (error) {
      throw readError(error, name);
    }
  };
  return (signal) => ({
    async cluster(name) {
      const chunkName = (index: number) => names.cluster(name, index);
      const text = await read(names.cluster(name), { maxAge: maxAge.settings, signal, chunkName });
      if (text === undefined) throw new UnknownClusterError(`steward.yaml names no cluster '${name}'`);
      try {
        return parseClusterSettings(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof ConfigurationError) && !(error instanceof SyntaxError)) throw error;
        throw new InvalidSettingsError(`parameter ${names.cluster(name)}: ${error.message}`, { cause: error });
      }
    },

    async paused() {
      const text = await read(names.pause, { maxAge: maxAge.pause, signal });
      if (text === undefined) throw new InvalidSettingsError(`parameter ${names.pause} is missing`);
      return text === 'false' ? undefined : text;
    },
  });
}

/** A deployment writes one parameter after the other: what does not fit together now is asked for again. */
function readError(error: unknown, name: string): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof ChunkError)) return awsTaskError(cause, `read parameter ${name}`);
  const text = `parameter ${name}: ${cause.message}`;
  return cause.mayPass ? new ApiUnavailableError(text, { cause }) : new InvalidSettingsError(text, { cause });
}
