import type { Clock } from '../../runtime/clock.ts';
import type { Leases } from '../leases.ts';

/** The leases in memory; passes the same suite as those in DynamoDB. */
export function memoryLeases(clock: Pick<Clock, 'now'>): Leases {
  const rows = new Map<string, { readonly holder: string | null; readonly epoch: number; readonly until: number }>();
  return {
    async take(thing, holder, length) {
      const known = rows.get(thing) ?? { holder: null, epoch: 0, until: 0 };
      const ours = known.holder === holder;
      if (!ours && known.holder !== null && known.until > clock.now()) return undefined;
      const lease = { thing, holder, epoch: ours ? known.epoch : known.epoch + 1, until: clock.now() + length };
      rows.set(thing, lease);
      return lease;
    },

    async release({ thing, holder, epoch }) {
      const known = rows.get(thing);
      if (known?.holder === holder && known.epoch === epoch) rows.set(thing, { holder: null, epoch, until: 0 });
    },
  };
}
