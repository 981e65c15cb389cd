import { codeHash } from './code-hash.ts';
import { logGroupOf } from './environment-variables.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** @returns a function or a version of it as the Lambda API describes it (FunctionConfiguration) */
export function describeFunction(target: LambdaFunction) {
  const { config } = target;
  return {
    FunctionName: config.name,
    FunctionArn: target.arn,
    Runtime: 'nodejs24.x',
    Role: config.roleArn,
    Handler: config.handler,
    Description: config.description ?? '',
    Timeout: config.timeoutSeconds,
    MemorySize: config.memoryMegabytes,
    LastModified: new Date(target.modifiedAt).toISOString().replace('Z', '+0000'),
    Version: target.version,
    CodeSha256: codeHash(config.codeDirectory),
    Environment: { Variables: { ...config.environment } },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: config.logFormat ?? 'Text', LogGroup: logGroupOf(config) },
  };
}
