import { AwsError } from '../../aws/contract.ts';

/** Array members of the API reference, which the service checks itself. The words: hjacobs/kube-aws-autoscaler issue 25. */
export function checkIds(ids: readonly string[] | undefined): void {
  atMost(ids, 50, 'The number of instance ids that may be passed in is limited to 50');
}

/** "By default, you can only specify up to 50 names. You can optionally increase this limit using the MaxRecords property" (API reference). */
export function checkNames(names: readonly string[] | undefined, pageSize: number | undefined): void {
  const most = Math.max(50, pageSize ?? 0);
  // The words: kubernetes/kops issue 4832.
  atMost(names, most, `The number of group names that may be passed in is limited to ${most}`);
}

/** AttachInstances, DetachInstances, EnterStandby and ExitStandby take 20 ids. The words: reproio/ecs_deploy pull request 39. */
export function checkBatch(ids: readonly string[] | undefined, what: 'attach' | 'detach' | 'enter' | 'exit'): void {
  const verb = { attach: 'attach', detach: 'detach', enter: 'enter standby', exit: 'exit standby' }[what];
  atMost(
    ids,
    20,
    `List exceeds the maximum number of instances to ${verb}. Please retry your request with fewer instances.`,
  );
}

/** ActivityIds: "Array Members: Maximum number of 50 IDs" (API reference). */
export function checkActivityIds(ids: readonly string[] | undefined): void {
  atMost(ids, 50, 'The number of activity ids that may be passed in is limited to 50');
}

/** What `MaxRecords` may be; the words are those of AWS's own checks of ranges. */
export function checkPageSize(size: number | undefined, most: number): void {
  if (size === undefined || (size >= 1 && size <= most)) return;
  const bound = size < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${size}' at 'maxRecords' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

function atMost(list: readonly string[] | undefined, most: number, message: string): void {
  if ((list?.length ?? 0) > most) throw new AwsError('ValidationError', message);
}
