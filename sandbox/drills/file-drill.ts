import * as z from 'zod';
import { checked, readJson } from '../input.ts';
import type { Drill } from './contract.ts';

/** EventBridge user guide, "Event structure reference". What may be missing is filled in. */
const event = z.strictObject({
  version: z.literal('0').exactOptional(),
  id: z.string().exactOptional(),
  'detail-type': z.string().min(1),
  source: z.string().min(1),
  account: z
    .string()
    .regex(/^\d{12}$/, 'twelve digits')
    .exactOptional(),
  time: z.iso.datetime({ offset: true }).exactOptional(),
  region: z.string().exactOptional(),
  resources: z.array(z.string()).exactOptional(),
  detail: z.record(z.string(), z.json()).exactOptional(),
});

/**
 * Sends the events of a JSON file: one, or a list.
 *
 * @throws InputError naming what is wrong in the file
 */
export function fileDrill(path: string): Drill {
  const events = checked(z.array(event).min(1), [readJson(path)].flat(), path);
  return async ({ buses }) => {
    for (const given of events) buses.publish('default', buses.complete(given));
  };
}
