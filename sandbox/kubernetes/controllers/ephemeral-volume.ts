import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import type { Change } from '../store/store.ts';
import type { Pod, VolumeClaimTemplate } from '../types/objects.ts';
import { claimNames, foreignClaim } from './claim-names.ts';
import type { Controller } from './manager.ts';
import { isDeleting, isFinished, keyOfObject, ownedBy } from './pods.ts';
import type { Recorder } from './recorder.ts';

/** Makes the claims of generic ephemeral volumes, each owned by its pod. Source: pkg/controller/volume/ephemeral/controller.go. */
export class EphemeralVolumeController implements Controller {
  readonly name = 'ephemeral-volume';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    if (resource !== 'pods' || type === 'DELETED') return;
    if (claimNames(object as Pod).some(({ template }) => template)) enqueue(keyOfObject(object));
  }

  reconcile(key: string): void {
    const pod = this.#context.store.byKey('pods', key);
    if (!pod || isDeleting(pod) || isFinished(pod)) return;
    for (const { name, template } of claimNames(pod)) if (template) this.#make(pod, name, template);
  }

  #make(pod: Pod, name: string, { metadata, spec }: VolumeClaimTemplate): void {
    const { namespace } = pod.metadata;
    const claim = this.#context.store.get('persistentvolumeclaims', namespace, name);
    const problem = claim && foreignClaim(pod, claim);
    if (problem !== undefined)
      this.#recorder.record(pod, {
        type: 'Warning',
        reason: 'FailedBinding',
        message: `ephemeral volume: ${problem}`,
        component: 'ephemeral-volume',
      });
    if (claim) return;
    const { labels, annotations } = metadata ?? {};
    createTrusted(this.#context, 'persistentvolumeclaims', {
      metadata: {
        name,
        namespace,
        ...(labels && { labels }),
        ...(annotations && { annotations }),
        ownerReferences: [ownedBy(pod)],
      },
      spec,
    });
  }
}
