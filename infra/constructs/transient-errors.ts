import { type TaskErrorName, taskErrors } from '../../shared/runtime/errors.ts';

/** What Lambda itself may answer for a moment; source: Step Functions developer guide, "Handle transient Lambda exceptions". */
const lambdaTransient = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'States.Timeout',
];

/** Every error after which asking again can help. */
export const transientErrors: readonly string[] = [
  ...(Object.keys(taskErrors) as TaskErrorName[]).filter((name) => taskErrors[name] === 'transient'),
  ...lambdaTransient,
];
