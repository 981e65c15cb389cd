import * as z from 'zod';

/** `check` of one cluster in steward.yaml. */
export const checkSettings = z.strictObject({
  daily: z.boolean().default(true).describe('look once a day for what would stop work, and report it'),
});
