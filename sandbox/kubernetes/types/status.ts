/** Kubernetes `Status` answers. Words and shapes: k8s.io/apimachinery/pkg/api/errors/errors.go. */

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: readonly StatusCause[];
  retryAfterSeconds?: number;
}

/** An answer of the API server that is not success; thrown by whatever serves a request. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The body of the answer. */
  toStatus(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** A group and a plural name (or a kind, where the real server says a kind). */
export interface GroupName {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, `pods`. */
function qualified(of: GroupName): string {
  return of.group ? `${of.resource}.${of.group}` : of.resource;
}

function details(of: GroupName, name: string): StatusDetails {
  return { ...(name ? { name } : {}), ...(of.group ? { group: of.group } : {}), kind: of.resource };
}

export function notFound(of: GroupName, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(of)} "${name}" not found`, details(of, name));
}

export function alreadyExists(of: GroupName, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(of)} "${name}" already exists`, details(of, name));
}

export function conflict(of: GroupName, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, details(of, name));
}

/** `staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go`, OptimisticLockErrorMsg. */
export function staleObject(of: GroupName, name: string): StatusError {
  return conflict(
    of,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(of: GroupName, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  const what = name ? `${qualified(of)} "${name}"` : qualified(of);
  return new StatusError(403, 'Forbidden', `${what} is forbidden: ${why}`, {
    ...details(of, name),
    ...(causes ? { causes } : {}),
  });
}

export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[],
): StatusError {
  const found = retryAfterSeconds > 0 ? { causes, retryAfterSeconds } : { causes };
  return new StatusError(429, 'TooManyRequests', message, found);
}

/** A method that no handler is registered for, as `NewGenericServerResponse` words it. */
export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

/** A request for something that this server does not serve, as go-restful's error handler answers it. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** One finding of a validation: `field: Kind: detail`. */
export interface FieldError {
  readonly field: string;
  readonly type: keyof typeof errorWords;
  readonly detail: string;
  readonly value?: unknown;
}

const errorWords = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
} as const;

function bodyOf(error: FieldError): string {
  const shown = error.type !== 'FieldValueRequired' && error.type !== 'FieldValueForbidden';
  const words = shown ? `${errorWords[error.type]}: ${JSON.stringify(error.value)}` : errorWords[error.type];
  return error.detail ? `${words}: ${error.detail}` : words;
}

/** 422 with one cause for each finding. `kind` is the object's kind, as the real server says it. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const causes = errors.map((error) => ({ reason: error.type, message: bodyOf(error), field: error.field }));
  // The message of an aggregate names each error once; the causes have them all.
  const lines = [...new Set(errors.map((error) => `${error.field}: ${bodyOf(error)}`))];
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const what = group ? `${kind}.${group}` : kind;
  const found = { ...(name ? { name } : {}), ...(group ? { group } : {}), ...(kind ? { kind } : {}), causes };
  return new StatusError(422, 'Invalid', `${what} "${name}" is invalid: ${list}`, found);
}

/** 422 without detail: what `NewGenericServerResponse` makes of a patch that cannot be applied. */
export function unprocessablePatch(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
