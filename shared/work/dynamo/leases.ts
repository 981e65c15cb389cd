import * as z from 'zod';
import type { Lease, Leases } from '../leases.ts';
import { type Key, parseRow, type Row } from './row.ts';
import type { Table } from './table.ts';

const leaseRow = z.object({
  holder: z.string().optional(),
  epoch: z.int().positive(),
  until: z.number(),
});

/**
 * The leases in DynamoDB: the row `lease#<thing>`, `lease` for each thing. The rows have no expiry: an epoch that began
 * again would be refused by the thing that carries the last one.
 */
export function dynamoLeases(table: Table): Leases {
  return {
    async take(thing, holder, length) {
      const now = table.clock.now();
      const until = now + length;
      const taken = await table.update(keyOf(thing), {
        set: { holder, until },
        count: 'epoch',
        condition: 'attribute_not_exists(#holder) OR (#holder <> :holder AND #until <= :now)',
        values: { now },
      });
      if (taken.took) return { thing, holder, epoch: read(taken.row).epoch, until };
      const known = taken.row && read(taken.row);
      if (known?.holder !== holder) return undefined;
      const { epoch } = known;
      const renewed = await table.update(keyOf(thing), {
        set: { until },
        condition: '#holder = :holder AND #epoch = :epoch',
        values: { holder, epoch },
      });
      return renewed.took ? { thing, holder, epoch, until } : undefined;
    },

    async release({ thing, holder, epoch }: Lease) {
      await table.update(keyOf(thing), {
        set: { holder: undefined, until: 0 },
        condition: '#holder = :me AND #epoch = :epoch',
        values: { me: holder, epoch },
      });
    },
  };
}

function keyOf(thing: string): Key {
  return { pk: `lease#${thing}`, sk: 'lease' };
}

function read(row: Row): z.output<typeof leaseRow> {
  return parseRow(leaseRow, row, row);
}
