import type * as z from 'zod';
import type { nodeReplacement, Target } from '../../../functions/node-replacement/contract.ts';
import { execution, instanceId, manual } from './a-world.ts';

type Tasks = typeof nodeReplacement.tasks;

const target: Target = {
  instanceId,
  nodeName: 'node-a',
  nodeUid: 'uid-node-a',
  group: 'spot',
  cause: 'Manual',
  interrupted: false,
  drainBy: null,
  replacement: 'BeforeDrain',
};
const run = { cluster: 'demo', execution };
const work = { ...run, targets: [target] };

/** An input of each task, for tests of all handlers. */
export const inputs: { readonly [Name in keyof Tasks]: z.input<Tasks[Name]['input']> } = {
  assessNodes: { execution, input: manual },
  cordonNodes: { ...work, why: '', dryRun: false },
  launchReplacements: { ...work, startedAt: 0 },
  drainNodes: { ...work, blockedReported: false },
  terminateNodes: { ...work, startedAt: 0 },
  rollBackNodes: { ...run, of: execution },
};
