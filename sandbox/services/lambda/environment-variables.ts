import { region } from '../../aws/contract.ts';
import type { FunctionConfig } from './contract.ts';

/** The log group that Lambda writes to when none is set. */
export function logGroupOf(config: { readonly name: string; readonly logGroup?: string | undefined }): string {
  return config.logGroup ?? `/aws/lambda/${config.name}`;
}

interface Settings {
  readonly config: FunctionConfig;
  /** A number, or `$LATEST`. */
  readonly version: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly endpoint: string;
  readonly stream: string;
}

/**
 * The whole environment of a function's process: its own variables and Lambda's reserved ones
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), nothing of the sandbox's own.
 */
export function environmentVariables(options: Settings, runtimeApi: string): Record<string, string> {
  const { config, credentials } = options;
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/usr/local/bin:/usr/bin/:/bin',
    NODE_PATH: '/opt/nodejs/node_modules',
    ...config.environment,
    _HANDLER: config.handler,
    LAMBDA_TASK_ROOT: config.codeDirectory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: options.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(config),
    AWS_LAMBDA_LOG_STREAM_NAME: options.stream,
    AWS_LAMBDA_LOG_FORMAT: config.logFormat ?? 'Text',
  };
}
