import type { Resize } from '../../../shared/aws/cases.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import { because, type Reason } from '../contract.ts';
import type { Ports } from '../ports.ts';

interface Wanted {
  readonly to: number;
  readonly instanceIds: readonly string[];
  readonly reasons: readonly Reason[];
}

/** How often the lock on a group's size is tried, a second apart, before the work goes on without. */
const attempts = 5;

/**
 * Changes a group's desired capacity once for this execution and direction, however often it is called: what is wanted is
 * written down before the group is asked, and a repeated call only asks again while the group still has the old size.
 *
 * @param wanted what to change, decided on the group as it is under the lock
 * @returns by how many instances, and why not more
 */
export async function resizeGroup(
  ports: Ports,
  { execution, group: name, direction }: Pick<Resize, 'execution' | 'group' | 'direction'>,
  wanted: (group: GroupFacts) => Wanted,
): Promise<{ count: number; reasons: readonly Reason[] }> {
  if (!(await lock(ports, name, execution))) return { count: 0, reasons: [because('GroupBusy', name)] };
  try {
    const group = (await ports.groups.describe([name])).get(name);
    if (!group) return { count: 0, reasons: [because('NotInGroup', name)] };
    const { to, instanceIds, reasons } = wanted(group);
    const mine: Resize = { execution, group: name, direction, from: group.desired, to, instanceIds, settled: false };
    const recorded = await ports.cases.recordResize(mine);
    const count = recorded.to - recorded.from;
    if (recorded.settled) return { count, reasons };
    if (group.desired === recorded.from && count !== 0) {
      const answer = await ports.groups.setDesired(name, recorded.to);
      if (answer === 'AtMaximum') return { count: 0, reasons: [because('GroupAtMaximum', name)] };
      if (answer === 'Busy') return { count: 0, reasons: [because('GroupBusy', name)] };
    }
    await ports.cases.settleResize(recorded);
    return { count, reasons };
  } finally {
    await ports.cases.unlockGroup(name, execution);
  }
}

async function lock(ports: Ports, group: string, execution: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await ports.cases.lockGroup(group, execution)) return true;
    if (attempt < attempts) await ports.clock.sleep(1_000);
  }
  return false;
}
