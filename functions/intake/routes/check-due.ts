import * as z from 'zod';
import { check } from '../../check/contract.ts';
import { eventRules } from '../contract.ts';
import { dailyName } from '../core/execution-name.ts';
import type { Route, Start } from '../route.ts';

const detail = z.looseObject({});

/** Once a day every cluster is checked, in its own cell; a second event of the same day starts nothing new. */
export const checkDue: Route<typeof detail> = {
  rule: eventRules.checkDue,
  detail,
  instances: () => [],
  decide: ({ time }, world) => {
    const day = new Date(time).toISOString().slice(0, 10);
    return world.clusters.map((cluster): Start => {
      const input: z.input<typeof check.input> = { cluster, cause: 'Daily' };
      const name = dailyName(check.name, cluster, day);
      return { kind: 'Start', workflow: check.name, cell: world.cellOf(cluster), name, input };
    });
  },
};
