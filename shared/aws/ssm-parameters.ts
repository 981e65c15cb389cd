import { BaseProvider } from '@aws-lambda-powertools/parameters/base';
import { GetParameterCommand, GetParametersCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { chunkCount, fromChunks } from '../config/chunks.ts';
import { inChunks } from '../runtime/in-chunks.ts';

interface ReadOptions {
  /** Seconds that a value may be old. */
  readonly maxAge: number;
  readonly signal?: AbortSignal | undefined;
  /** The name of each chunk of the value; without it the value is in one piece. */
  readonly chunkName?: (index: number) => string;
}

/** GetParameters takes up to ten names (API reference). */
const namesPerCall = 10;

/**
 * Parameters, cached by Powertools for as long as their age allows. Powertools' own SSMProvider hands no signal on and knows no
 * values in chunks.
 */
export class SsmParameters extends BaseProvider {
  readonly #client: SSMClient;

  constructor(client: SSMClient) {
    super({ awsSdkV3Client: client });
    this.#client = client;
  }

  /** The value; undefined when there is none. Powertools wraps what was thrown: it is the error's cause. */
  async read(name: string, options: ReadOptions): Promise<string | undefined> {
    return (await this.get(name, { ...options })) as string | undefined;
  }

  protected override async _get(name: string, { signal, chunkName }: ReadOptions): Promise<string | undefined> {
    const options = signal && { abortSignal: signal };
    const first = await this.#first(name, options);
    if (first === undefined || !chunkName) return first;
    const further = Array.from({ length: chunkCount(first) - 1 }, (_, index) => chunkName(index + 1));
    const values = new Map<string | undefined, string | undefined>();
    for (const Names of inChunks(further, namesPerCall)) {
      const { Parameters = [] } = await this.#client.send(new GetParametersCommand({ Names }), options);
      for (const { Name, Value } of Parameters) values.set(Name, Value);
    }
    return fromChunks([first, ...further.flatMap((chunk) => values.get(chunk) ?? [])]);
  }

  /** Powertools asks for it; nothing of ours reads by path. */
  protected override async _getMultiple(): Promise<never> {
    throw new TypeError('parameters are read by their names');
  }

  async #first(Name: string, options: { abortSignal: AbortSignal } | undefined): Promise<string | undefined> {
    try {
      return (await this.#client.send(new GetParameterCommand({ Name }), options)).Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }
}
