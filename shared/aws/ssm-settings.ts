import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { ConfigurationError, parseClusterSettings } from '../config/parse.ts';
import { parameterNames } from '../config/schema.ts';
import { awsErrorName, awsTaskError } from '../runtime/aws-errors.ts';
import { InvalidSettingsError, UnknownClusterError } from '../runtime/errors.ts';
import type { Settings } from './settings.ts';

/** Seconds that a parameter may be old. */
const maxAge = { settings: 60, pause: 10 } as const;

/** The settings as SSM parameters, cached by Powertools for as long as their age allows. */
export function ssmSettings(client: SSMClient): Settings {
  const provider = new SSMProvider({ awsSdkV3Client: client });
  const read = async (name: string, age: number): Promise<string | undefined> => {
    try {
      return await provider.get(name, { maxAge: age });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      if (awsErrorName(cause) === 'ParameterNotFound' || /ParameterNotFound/.test(String(error))) return undefined;
      throw awsTaskError(cause, `read parameter ${name}`);
    }
  };
  return {
    async cluster(name) {
      const text = await read(parameterNames.cluster(name), maxAge.settings);
      if (text === undefined) throw new UnknownClusterError(`steward.yaml names no cluster '${name}'`);
      try {
        return parseClusterSettings(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof ConfigurationError) && !(error instanceof SyntaxError)) throw error;
        throw new InvalidSettingsError(`parameter ${parameterNames.cluster(name)}: ${error.message}`, { cause: error });
      }
    },

    async paused() {
      const text = await read(parameterNames.pause, maxAge.pause);
      if (text === undefined) throw new InvalidSettingsError(`parameter ${parameterNames.pause} is missing`);
      return text === 'false' ? undefined : text;
    },
  };
}
