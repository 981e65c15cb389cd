import type { WitnessedCall } from '../../../sandbox/witness.ts';
import type { Invariant } from '../contract.ts';
import { isOurs } from '../principals.ts';
import type { Scene } from '../scene.ts';

/** So many milliseconds before EC2 takes an instance it may be ended with what is on it. */
const deadline = 31_000;

/** Instances that a call asks to end. */
function endedBy({ operation, input, error }: WitnessedCall): string[] {
  if (error !== undefined) return [];
  if (operation === 'TerminateInstances') return input['InstanceIds'] as string[];
  if (operation === 'TerminateInstanceInAutoScalingGroup') return [String(input['InstanceId'])];
  return [];
}

/**
 * Law 5: what is ended is the subject of the work, or a replacement that the product asked for; and it is empty, or EC2 takes it in a moment.
 */
export const onlyOursAreEnded: Invariant = {
  name: 'only-ours-are-ended-and-empty',
  watch: (scene, violated) => {
    const asked = new Map<string, number>();
    const launched = new Set<string>();
    scene.sandbox.world.fleet.subscribe((instance, previous) => {
      if (previous !== undefined) return;
      const group = instance.tags.get('aws:autoscaling:groupName') ?? '';
      const open = asked.get(group) ?? 0;
      if (open > 0) launched.add(instance.instanceId);
    });
    return {
      call(call) {
        if (!isOurs(call.principal)) return;
        if (call.operation === 'SetDesiredCapacity' && call.error === undefined)
          asked.set(String(call.input['AutoScalingGroupName']), 1);
        for (const id of endedBy(call)) judge(scene, id, launched, violated);
      },
    };
  },
};

function judge(scene: Scene, id: string, launched: ReadonlySet<string>, violated: (what: string) => void): void {
  const instance = scene.instance(id);
  if (!instance) return;
  if (!scene.subjects.has(id) && !launched.has(id)) {
    violated(`${id} was ended, which nobody meant`);
    return;
  }
  const node = scene.nodeOf(instance);
  const pods = node ? scene.movablePods(node.metadata.name) : [];
  const warning = scene.warnings.get(id);
  const late = warning !== undefined && scene.now() >= warning.endsAt - deadline;
  if (pods.length > 0 && !late) {
    const names = pods.map(({ metadata }) => metadata.name).join(', ');
    violated(`${id} was ended with ${pods.length} pods on it that had not been asked to go: ${names}`);
  }
}
