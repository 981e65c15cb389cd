import { AwsError } from '../../aws/contract.ts';
import type { SdkIntegration } from '../../aws/integration.ts';
import { errorOf, serviceModel } from '../../aws/schema/model.ts';
import { StateFailure } from './failure.ts';

/** How an optimised integration names its errors. */
export interface ErrorNaming {
  readonly prefix: string;
  /** The exception of errors that the service's model does not have. */
  readonly base: string;
  /** The service in causes. */
  readonly service: string;
}

/**
 * The failure of an optimised integration. These use the names and words of the SDK for Java 1, as recorded on AWS in
 * https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/error_handling
 */
export async function optimisedFailure(
  error: unknown,
  service: string,
  naming: ErrorNaming,
  requestId: string,
): Promise<unknown> {
  if (!(error instanceof AwsError)) return error;
  if (sandboxOnly(error)) return notHere(error);
  const shape = errorOf(await serviceModel(service), error.code);
  const name =
    shape === undefined ? naming.base : shape.name.endsWith('Exception') ? shape.name : `${shape.name}Exception`;
  const details = `Service: ${naming.service}; Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${requestId}; Proxy: null`;
  return new StateFailure(`${naming.prefix}.${name}`, `${error.message} (${details})`);
}

/** The failure of an SDK integration, which follows the SDK for Java 2 (same recordings). */
export function sdkFailure(error: unknown, integration: SdkIntegration, requestId: string): unknown {
  if (!(error instanceof AwsError)) return error;
  if (sandboxOnly(error)) return notHere(error);
  const name = integration.errorName(error);
  const service = name.split('.')[0];
  return new StateFailure(
    name,
    `${error.message} (Service: ${service}, Status Code: ${error.status}, Request ID: ${requestId})`,
  );
}

function sandboxOnly(error: AwsError): boolean {
  return error.code.endsWith('InSandbox');
}

/** `States.Runtime`, because no `States.ALL` may hide that the sandbox lacks something. */
function notHere(error: AwsError): StateFailure {
  return new StateFailure('States.Runtime', error.message);
}
