import type { Execution } from '../../../sandbox/services/states/execution.ts';
import type { Invariant } from '../contract.ts';
import { inputOf, type Reason, reportOf, type Scene } from '../scene.ts';

/** What a reason says that is not so; undefined when it is, or when nothing is known of it. */
type Lie = (scene: Scene, reason: Reason, all: readonly Reason[]) => string | undefined;

const endedAndRuns: Lie = (scene, { about }) => (scene.instance(about)?.state === 'running' ? 'it runs' : undefined);

const namesPods: Lie = (_scene, { about, text }, all) => {
  const left = Number(/(\d+) pods? (?:is|are) left/.exec(text)?.[1] ?? 0);
  const named = new Set(all.filter(({ about: pod }) => pod.startsWith('pod ')).map(({ about: pod }) => pod));
  return left > 0 && named.size === 0 ? `${left} pods are left on ${about}, and none is named` : undefined;
};

const lies: Readonly<Record<string, Lie>> = {
  InstanceTerminated: endedAndRuns,
  InstanceGone: endedAndRuns,
  NodeGone(scene, { about }) {
    if (scene.cluster.store.get('nodes', undefined, about)) return 'there is a Node of that name';
    const instance = scene.instance(about);
    return instance?.state === 'running' && scene.nodeOf(instance) ? 'its node is there' : undefined;
  },
  NodeLeft(scene, { about }) {
    const instance = scene.instanceOfNode(about);
    return instance?.state === 'running' ? `its instance ${instance.instanceId} runs` : undefined;
  },
  RolledBack(scene, { about, text }) {
    const to = text.includes('desired capacity') ? Number(/to (\d+)\b/.exec(text)?.[1]) : Number.NaN;
    const group = scene.sandbox.world.groups.all().find(({ name }) => name === about);
    return group && Number.isFinite(to) && group.desired !== to ? `desired capacity is ${group.desired}` : undefined;
  },
  ReplacementKept(scene, { about }) {
    const group = scene.sandbox.world.groups.all().find(({ name }) => name === about);
    const wanted = scene.sizes.wanted(about) ?? 0;
    return group && group.desired <= wanted ? `it is not larger than its owners want: ${group.desired}` : undefined;
  },
  DeadlineReached: namesPods,
  DrainTimedOut: namesPods,
};

/** Law 10: what a report says is so, and what it should name is named. */
export const reportsAreTrue: Invariant = {
  name: 'reports-are-true',
  watch: (scene, violated) => ({
    ended(execution) {
      const { outcome, reasons, plan } = reportOf(execution);
      for (const reason of reasons) {
        const lie = lies[reason.code]?.(scene, reason, reasons);
        if (lie !== undefined) violated(`${execution.name} says ${reason.code} about ${reason.about}: ${lie}`);
      }
      if (outcome === 'Replaced') for (const lie of replacedIn(scene, execution)) violated(lie);
      const evictions = plan.filter(({ action }) => action === 'Evict').length;
      if (outcome === 'NothingToDo' && evictions > 0)
        violated(`${execution.name} says NothingToDo, and its plan has ${evictions} evictions`);
    },
  }),
};

/** What `Replaced` promises: the old instance does not run, and its group serves with as many as it shall have. */
function* replacedIn(scene: Scene, execution: Execution): Generator<string> {
  for (const id of inputOf(execution).instances ?? []) {
    const instance = scene.instance(id);
    if (instance?.state === 'running') yield `${execution.name} says Replaced, and ${id} runs`;
    const name = instance?.tags.get('aws:autoscaling:groupName');
    const group = scene.sandbox.world.groups.all().find((each) => each.name === name);
    const serving = [...(group?.members.values() ?? [])].filter(({ lifecycleState }) => lifecycleState === 'InService');
    if (group && group.desired > 0 && serving.length === 0)
      yield `${execution.name} says Replaced, and nothing of ${group.name} is in service`;
  }
}
