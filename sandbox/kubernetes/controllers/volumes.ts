import { type ApiContext, fnv } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import type { Change } from '../store/store.ts';
import type { PersistentVolumeClaim, VolumeAttachment } from '../types/cluster-objects.ts';
import type { Pod } from '../types/objects.ts';
import { claimNames } from './claim-names.ts';
import { type Controller, Rechecks } from './manager.ts';
import { conditionOf, isFinished } from './pods.ts';
import type { Recorder } from './recorder.ts';

export const ebsDriver = 'ebs.csi.aws.com';

/** How long EC2 takes to attach and detach a volume, about. */
const attachTime = 1000;
const detachTime = 3000;
/** `maxWaitForUnmountDuration`: pkg/controller/volume/attachdetach/attach_detach_controller.go. */
const forcedDetachTime = 6 * 60_000;

function attachmentName(volume: string, node: string): string {
  const part = (salt: number) => fnv(`${salt}${volume}${ebsDriver}${node}`).toString(16).padStart(8, '0');
  return `csi-${Array.from({ length: 8 }, (_, salt) => part(salt)).join('')}`;
}

/** Attaches volumes to the nodes whose pods use them, one node at a time, and detaches them afterwards. */
export class VolumeController implements Controller {
  readonly name = 'attach-detach';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #attaching: Rechecks;
  readonly #detaching: Rechecks;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
    this.#attaching = new Rechecks(context.clock, (name) => this.#attached(name));
    this.#detaching = new Rechecks(context.clock, (name) => this.#detach(name));
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    if (resource === 'pods') {
      const { nodeName } = (object as Pod).spec;
      if (nodeName && claimNames(object as Pod).length > 0) enqueue(nodeName);
    }
    if (resource === 'nodes') enqueue(object.metadata.name);
    if (resource === 'persistentvolumeclaims' && type === 'DELETED') this.#reclaim(object as PersistentVolumeClaim);
    // A volume that has come free may be awaited on another node.
    if (resource !== 'volumeattachments.storage.k8s.io' || type !== 'DELETED') return;
    const volume = (object as VolumeAttachment).spec.source.persistentVolumeName;
    for (const node of this.#nodesWanting(volume)) enqueue(node);
  }

  reconcile(node: string): void {
    const wanted = this.#wantedOn(node);
    for (const [volume, pod] of wanted) this.#attach(volume, node, pod);
    for (const attachment of this.#context.store.list('volumeattachments.storage.k8s.io')) {
      if (attachment.spec.nodeName !== node) continue;
      const { name } = attachment.metadata;
      if (wanted.has(attachment.spec.source.persistentVolumeName ?? '')) this.#detaching.cancel(name);
      else this.#detaching.at(name, this.#context.clock.now() + this.#timeToDetach(node));
    }
  }

  #volumesOf(pod: Pod): string[] {
    return claimNames(pod).flatMap(({ name }) => {
      const found = this.#context.store.get('persistentvolumeclaims', pod.metadata.namespace, name);
      return found?.spec.volumeName ? [found.spec.volumeName] : [];
    });
  }

  #wantedOn(node: string): Map<string, Pod> {
    const pods = this.#context.store.podsOnNode(node).filter((pod) => !isFinished(pod));
    return new Map(pods.flatMap((pod) => this.#volumesOf(pod).map((volume) => [volume, pod] as const)));
  }

  #nodesWanting(volume: string | undefined): string[] {
    const claim = this.#context.store.get('persistentvolumes', undefined, volume ?? '')?.spec.claimRef;
    if (!claim || !volume) return [];
    const pods = [...this.#context.store.values('pods', claim.namespace)];
    return pods.filter((pod) => this.#volumesOf(pod).includes(volume)).flatMap(({ spec }) => spec.nodeName ?? []);
  }

  #attach(volume: string, node: string, pod: Pod): void {
    const name = attachmentName(volume, node);
    const { store, clock } = this.#context;
    if (store.get('volumeattachments.storage.k8s.io', undefined, name)) return;
    const held = store
      .list('volumeattachments.storage.k8s.io')
      .find(({ spec }) => spec.source.persistentVolumeName === volume);
    if (held) {
      const message = `Multi-Attach error for volume "${volume}" Volume is already exclusively attached to one node and can't be attached to another`;
      this.#recorder.record(pod, {
        type: 'Warning',
        reason: 'FailedAttachVolume',
        message,
        component: 'attachdetach-controller',
      });
      return;
    }
    createTrusted(this.#context, 'volumeattachments.storage.k8s.io', {
      metadata: { name },
      spec: { attacher: ebsDriver, nodeName: node, source: { persistentVolumeName: volume } },
      status: { attached: false },
    });
    this.#attaching.at(name, clock.now() + attachTime);
  }

  #attached(name: string): void {
    const attachment = this.#context.store.get('volumeattachments.storage.k8s.io', undefined, name);
    if (attachment)
      this.#context.store.put('volumeattachments.storage.k8s.io', { ...attachment, status: { attached: true } });
  }

  /** A volume that a lost node may still write to is detached by force after a while, or when the node is out of service. */
  #timeToDetach(name: string): number {
    const node = this.#context.store.get('nodes', undefined, name);
    if (node?.spec.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service')) return detachTime;
    const ready = conditionOf(node?.status.conditions, 'Ready')?.status === 'True';
    return ready ? detachTime : forcedDetachTime;
  }

  #detach(name: string): void {
    const attachment = this.#context.store.get('volumeattachments.storage.k8s.io', undefined, name);
    if (!attachment || this.#wantedOn(attachment.spec.nodeName).has(attachment.spec.source.persistentVolumeName ?? ''))
      return;
    this.#context.store.remove('volumeattachments.storage.k8s.io', attachment);
  }

  #reclaim(claim: PersistentVolumeClaim): void {
    const volume = this.#context.store.get('persistentvolumes', undefined, claim.spec.volumeName ?? '');
    if (volume?.spec.claimRef?.uid !== claim.metadata.uid) return;
    if (volume.spec.persistentVolumeReclaimPolicy === 'Delete') this.#context.store.remove('persistentvolumes', volume);
    else this.#context.store.put('persistentvolumes', { ...volume, status: { phase: 'Released' } });
  }
}
