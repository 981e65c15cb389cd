import { computeActions } from './compute.ts';
import { messagingActions } from './messaging.ts';
import { observabilityActions } from './observability.ts';
import { type ActionTable, on } from './rule.ts';
import { storageActions } from './storage.ts';

/**
 * Operation to action and resource, by AWS's service authorization reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 * A role's call of an operation that is not here is refused. `none` needs no right.
 */
export const actionTable: ActionTable = {
  sts: {
    // "No permissions are required to perform this operation": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    ...on('none', 'GetCallerIdentity'),
    ...on('{RoleArn}', 'AssumeRole'),
  },
  ...messagingActions,
  ...storageActions,
  ...computeActions,
  ...observabilityActions,
};
