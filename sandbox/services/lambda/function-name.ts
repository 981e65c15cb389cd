import { AwsError } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';

/** Which function a call names, and which version of it. */
export interface FunctionName {
  readonly name: string;
  /** A version's number or `$LATEST`; undefined when the call names none. */
  readonly qualifier: string | undefined;
}

/**
 * Reads `name`, `name:1`, `<account>:function:name` or an ARN, and the `Qualifier` beside it (Lambda API reference, Invoke, "Name formats").
 *
 * @throws AwsError `InvalidParameterValueException` when name and `Qualifier` name two versions
 */
export function functionName(given: string, qualifier?: string): FunctionName {
  const [, rest = given] = /(?:^|:)function:(.+)$/.exec(given) ?? [];
  const [name = '', own] = rest.split(':');
  // Recorded on AWS: https://github.com/localstack/localstack/blob/main/tests/aws/services/lambda_/test_lambda_api.snapshot.json
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
      400,
      { Type: 'User' },
    );
  }
  return { name, qualifier: qualifier ?? own };
}

/**
 * The ARN that a call is about, qualified if the call is: "Actions that operate on a function can be restricted to a specific function by
 * function, version, or alias ARN" (Lambda developer guide, lambda-api-permissions-ref).
 */
export function functionArn({ name, qualifier }: FunctionName): string {
  return arnOf('lambda', `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
}
