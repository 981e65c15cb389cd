import * as z from 'zod';
import { defineWorkflow } from '../../../shared/workflow/define-workflow.ts';

const version = z.strictObject({ to: z.string() });

/** A workflow about other things than instances, as the next one will be. */
export const addonUpgrade = defineWorkflow({
  name: 'addon-upgrade',
  does: 'Upgrades add-ons',
  longestRun: 600,
  subjects: ['addon'],
  input: z.strictObject({
    cluster: z.string(),
    addons: z.record(z.string(), version).default({}),
    undo: z.string().optional(),
  }),
  output: z.unknown(),
  outcomes: [],
  reasons: {},
  cleanup: ({ cluster, execution }) => ({ cluster, undo: execution }),
  tasks: {},
});
