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
    const newcomers = new Newcomers(scene);
    return {
      call(call) {
        newcomers.see(call);
        if (!isOurs(call.principal)) return;
        for (const id of endedBy(call)) judge(scene, id, newcomers, violated);
      },
    };
  },
};

/** What was launched in a group after the product had asked it for more. Of these it may end as many as it asked for, and no more. */
class Newcomers {
  readonly #scene: Scene;
  readonly #desired = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #launched = new Map<string, string>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#look();
    scene.sandbox.world.fleet.subscribe((instance, previous) => {
      const group = instance.tags.get('aws:autoscaling:groupName') ?? '';
      if (previous === undefined && this.#asked.has(group)) this.#launched.set(instance.instanceId, group);
    });
  }

  /** Call it with every call, whoever made it. */
  see({ principal, operation, input, error }: WitnessedCall): void {
    const name = String(input['AutoScalingGroupName']);
    if (isOurs(principal) && operation === 'SetDesiredCapacity' && error === undefined) {
      const more = Number(input['DesiredCapacity']) - (this.#desired.get(name) ?? 0);
      if (more > 0) this.#asked.set(name, (this.#asked.get(name) ?? 0) + more);
    }
    this.#look();
  }

  /** May this one be ended? Says so once. */
  take(id: string): boolean {
    const group = this.#launched.get(id);
    const left = group === undefined ? 0 : (this.#asked.get(group) ?? 0);
    if (group === undefined || left === 0) return false;
    this.#launched.delete(id);
    this.#asked.set(group, left - 1);
    return true;
  }

  #look(): void {
    for (const { name, desired } of this.#scene.sandbox.world.groups.all()) this.#desired.set(name, desired);
  }
}

function judge(scene: Scene, id: string, newcomers: Newcomers, violated: (what: string) => void): void {
  const instance = scene.instance(id);
  // The end that this call has begun is of this moment; an earlier one was somebody else's, and is only said again.
  if (!instance || (scene.endings.get(id) ?? scene.now()) < scene.now()) return;
  if (!scene.subjects.has(id) && !newcomers.take(id)) {
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
