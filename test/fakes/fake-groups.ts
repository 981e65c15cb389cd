import type { Groups } from '../../shared/aws/groups.ts';
import type { GroupFacts } from '../../shared/domain/group.ts';
import { RequestRejectedError } from '../../shared/runtime/errors.ts';

export interface FakeGroups extends Groups {
  readonly byName: Map<string, GroupFacts>;
  readonly calls: string[];
  /** A launch has failed now. */
  failLaunch(message: string): void;
}

/** Auto Scaling groups in memory: sizes are kept within their bounds, and an instance ends as it is told to. */
export function fakeGroups(groups: readonly GroupFacts[], now: () => number): FakeGroups {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const failures: { readonly at: number; readonly message: string }[] = [];
  const fake: FakeGroups = {
    byName,
    calls: [],
    failLaunch: (message) => void failures.push({ at: now(), message }),
    async groupsOf(ids) {
      const found = [...byName.values()].flatMap(({ name, instances }) =>
        instances.map(({ instanceId }) => [instanceId, name] as const),
      );
      return new Map(found.filter(([id]) => ids.includes(id)));
    },
    async describe(names) {
      return new Map([...byName].filter(([name]) => names.includes(name)));
    },
    async setDesired(name, desired) {
      fake.calls.push(`setDesired ${name} ${desired}`);
      const group = byName.get(name);
      if (!group) throw new RequestRejectedError(`AutoScalingGroup name not found - ${name}`);
      if (desired > group.max) return 'AtMaximum';
      if (desired < group.min) throw new RequestRejectedError(`value ${desired} is below min value ${group.min}`);
      byName.set(name, { ...group, desired });
      return 'Set';
    },
    async terminate(instanceId, decrement) {
      fake.calls.push(`terminate ${instanceId} ${decrement ? 'with' : 'without'} decrement`);
      const group = [...byName.values()].find(({ instances }) =>
        instances.some((instance) => instance.instanceId === instanceId),
      );
      if (!group) return 'Gone';
      if (decrement && group.desired <= group.min) throw new RequestRejectedError('desiredSize equals minSize');
      const instances = group.instances.map((instance) =>
        instance.instanceId === instanceId ? { ...instance, lifecycleState: 'Terminating' } : instance,
      );
      byName.set(group.name, { ...group, desired: group.desired - (decrement ? 1 : 0), instances });
      return 'Terminating';
    },
    async failedLaunches(name, since) {
      return byName.has(name) ? failures.filter(({ at }) => at >= since).map(({ message }) => message) : [];
    },
  };
  return fake;
}
