import type { ResourceType } from './contract.ts';
import { dataTypes } from './data-types.ts';
import { eventTypes } from './event-types.ts';
import { functionTypes } from './function-types.ts';
import { identityTypes } from './identity-types.ts';
import { topicTypes } from './topic-types.ts';
import { watchTypes } from './watch-types.ts';

/** Every type of resource that the sandbox can create. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...identityTypes,
  ...dataTypes,
  ...functionTypes,
  ...eventTypes,
  ...topicTypes,
  ...watchTypes,
};
