import { AwsError } from '../../sandbox/aws/contract.ts';

export const awsStatuses = ['400', '403', '404', '409', '429', '500', '503'] as const;
export type AwsStatus = (typeof awsStatuses)[number];

type Named = readonly [code: string, status: number];

/**
 * Under which name each service says what HTTP says with a status. Sources: the error shapes of the SDK's clients, and for those that are in no
 * shape the services' lists of common errors. A service that has no such error says so with its 400.
 */
const errors: Readonly<Record<string, Partial<Readonly<Record<AwsStatus, Named>>>>> = {
  autoscaling: {
    400: ['ValidationError', 400],
    403: ['AccessDenied', 403],
    409: ['ScalingActivityInProgress', 400],
    429: ['Throttling', 400],
    500: ['InternalFailure', 500],
  },
  dynamodb: {
    400: ['ValidationException', 400],
    403: ['AccessDeniedException', 400],
    404: ['ResourceNotFoundException', 400],
    409: ['TransactionConflictException', 400],
    429: ['ThrottlingException', 400],
    500: ['InternalServerError', 500],
  },
  ec2: {
    400: ['InvalidParameterValue', 400],
    403: ['UnauthorizedOperation', 403],
    404: ['InvalidInstanceID.NotFound', 400],
    429: ['RequestLimitExceeded', 503],
    500: ['InternalError', 500],
    503: ['Unavailable', 503],
  },
  eks: {
    400: ['InvalidParameterException', 400],
    403: ['AccessDeniedException', 403],
    404: ['ResourceNotFoundException', 404],
    429: ['ThrottlingException', 429],
    500: ['ServerException', 500],
    503: ['ServiceUnavailableException', 503],
  },
  events: {
    400: ['ValidationException', 400],
    403: ['AccessDeniedException', 400],
    404: ['ResourceNotFoundException', 400],
    429: ['ThrottlingException', 400],
    500: ['InternalException', 500],
  },
  lambda: {
    400: ['InvalidParameterValueException', 400],
    403: ['AccessDeniedException', 403],
    404: ['ResourceNotFoundException', 404],
    409: ['ResourceConflictException', 409],
    429: ['TooManyRequestsException', 429],
    500: ['ServiceException', 500],
  },
  sns: {
    400: ['InvalidParameter', 400],
    403: ['AuthorizationError', 403],
    404: ['NotFound', 404],
    429: ['Throttled', 429],
    500: ['InternalError', 500],
  },
  sqs: {
    400: ['InvalidParameterValue', 400],
    403: ['AccessDeniedException', 400],
    404: ['QueueDoesNotExist', 400],
    429: ['RequestThrottled', 403],
    500: ['InternalFailure', 500],
  },
  ssm: {
    400: ['ValidationException', 400],
    403: ['AccessDeniedException', 400],
    404: ['ParameterNotFound', 404],
    429: ['ThrottlingException', 400],
    500: ['InternalServerError', 500],
  },
  states: {
    400: ['ValidationException', 400],
    403: ['AccessDeniedException', 400],
    429: ['ThrottlingException', 400],
    500: ['InternalFailure', 500],
  },
};

/** Operations that say it in their own way; `null` for those that never do. */
const ofOperations: Readonly<Record<string, Partial<Readonly<Record<AwsStatus, Named | null>>>>> = {
  'events:PutEvents': { 404: null },
  'states:StartExecution': { 404: ['StateMachineDoesNotExist', 400], 409: ['ExecutionAlreadyExists', 400] },
  'states:DescribeExecution': { 404: ['ExecutionDoesNotExist', 400] },
};

/** Every service of AWS answers so while it is away (lists of common errors). */
const away: Named = ['ServiceUnavailable', 503];

/** How an operation, such as `ec2:DescribeInstances`, says what HTTP says with this status; undefined when it never does. */
export function awsError(operation: string, status: AwsStatus): AwsError | undefined {
  const [service = ''] = operation.split(':');
  const own = ofOperations[operation]?.[status];
  const named = own === undefined ? (errors[service]?.[status] ?? (status === '503' ? away : undefined)) : own;
  return named ? new AwsError(named[0], `${named[0]}: a cell of the fault table`, named[1]) : undefined;
}
