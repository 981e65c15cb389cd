import type { Groups } from '../../../shared/aws/groups.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { logger } from '../../../shared/runtime/telemetry.ts';
import type { Journal } from '../../../shared/work/journal.ts';
import type { Lease, Leases } from '../../../shared/work/leases.ts';
import { because, type Change, type Reason } from '../contract.ts';
import type { Resize } from '../core/size-group.ts';

export interface ResizePorts {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly journal: Pick<Journal<Change>, 'intend' | 'settle'>;
  readonly groups: Pick<Groups, 'describe' | 'setDesired'>;
}

interface Run {
  readonly execution: string;
  readonly group: string;
  readonly direction: Resize['direction'];
  readonly interrupted: boolean;
}

interface Wanted {
  readonly to: number;
  readonly instanceIds: readonly string[];
  readonly reasons: readonly Reason[];
}

/** Longer than any call to Auto Scaling takes, shorter than anybody would wait. Milliseconds. */
const leaseLength = 20_000;
/** How often the lease on a group's size is tried, a second apart. */
const attempts = 5;

/** What a resize is called in the journal: once for each direction and group of an execution. */
export function resizeKey(direction: Resize['direction'], group: string): string {
  return `resize/${direction}/${group}`;
}

/**
 * Changes a group's desired capacity once for this execution and direction, however often it is called: what is wanted is
 * written down before the group is asked, and a repeated call only asks again while the group still has the old size. Interrupted
 * work does not wait for the lease: while another has it, it goes on without.
 *
 * @param wanted what to change, decided on the group as it is under the lease; asked again about the group as it was when that was
 *   written down
 * @returns by how many instances, and why not more
 */
export async function resizeGroup(
  ports: ResizePorts,
  run: Run,
  wanted: (group: GroupFacts) => Wanted,
  signal?: AbortSignal,
): Promise<{ count: number; reasons: readonly Reason[] }> {
  const lease = await takeLease(ports, run, signal);
  if (!lease && !run.interrupted) return { count: 0, reasons: [because('GroupBusy', run.group)] };
  try {
    return await resizeOnce(ports, run, wanted);
  } finally {
    // A lease that is not given back ends by itself; what went wrong before must not be hidden by it.
    if (lease)
      await ports.leases
        .release(lease)
        .catch((error: unknown) => logger.warn('lease not released', { thing: lease.thing, error }));
  }
}

async function resizeOnce(
  ports: ResizePorts,
  { execution, group: name, direction }: Run,
  wanted: (group: GroupFacts) => Wanted,
): Promise<{ count: number; reasons: readonly Reason[] }> {
  const group = (await ports.groups.describe([name])).get(name);
  if (!group) return { count: 0, reasons: [because('NotInGroup', name)] };
  const { to, instanceIds } = wanted(group);
  const mine: Resize = {
    kind: 'Resize',
    group: name,
    direction,
    from: group.desired,
    to,
    instanceIds: [...instanceIds],
  };
  const entry = await ports.journal.intend(execution, resizeKey(direction, name), mine);
  const recorded = entry.change.kind === 'Resize' ? entry.change : mine;
  const count = recorded.to - recorded.from;
  const { reasons } = wanted({ ...group, desired: recorded.from });
  if (entry.settled) return { count, reasons };
  if (group.desired === recorded.from && count !== 0) {
    const answer = await ports.groups.setDesired(name, recorded.to);
    if (answer === 'AtMaximum') return { count: 0, reasons: [because('GroupAtMaximum', name)] };
    if (answer === 'Busy') return { count: 0, reasons: [because('GroupBusy', name)] };
  }
  await ports.journal.settle(execution, entry);
  return { count, reasons };
}

async function takeLease(
  { leases, clock }: ResizePorts,
  { group, execution, interrupted }: Run,
  signal: AbortSignal | undefined,
): Promise<Lease | undefined> {
  for (let attempt = 1; ; attempt++) {
    const lease = await leases.take(`group/${group}`, execution, leaseLength);
    if (lease || interrupted || attempt === attempts) return lease;
    await clock.sleep(1_000, signal);
  }
}
