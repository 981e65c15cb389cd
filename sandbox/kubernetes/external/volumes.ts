import type { Change, Store } from '../store/store.ts';
import type { PersistentVolumeClaim, VolumeAttachment } from '../types/cluster-objects.ts';
import type { ClusterConnection } from './connection.ts';

const driver = 'ebs.csi.aws.com';
const zoneLabel = 'topology.kubernetes.io/zone';

/**
 * The provisioner and the attacher of a CSI driver, for claims whose node the scheduler has chosen
 * (`volume.kubernetes.io/selected-node`, kubernetes-csi/external-provisioner) and for VolumeAttachments
 * (kubernetes-csi/external-attacher). Detaching is the attach-detach controller's: it deletes the attachment.
 */
export class Volumes {
  readonly #connection: ClusterConnection;
  readonly #store: Store;
  readonly #made = new Set<string>();

  constructor(connection: ClusterConnection, store: Store) {
    this.#connection = connection;
    this.#store = store;
    store.subscribe((change) => void this.#changed(change).catch(() => undefined));
  }

  async #changed({ type, resource, object }: Change): Promise<void> {
    if (type === 'DELETED') return;
    if (resource === 'persistentvolumeclaims') await this.#provision(object as PersistentVolumeClaim);
    if (resource === 'volumeattachments.storage.k8s.io') await this.#attach(object as VolumeAttachment);
  }

  async #provision({ metadata, spec }: PersistentVolumeClaim): Promise<void> {
    const node = metadata.annotations?.['volume.kubernetes.io/selected-node'];
    const { name, namespace, uid } = metadata;
    if (node === undefined || spec.volumeName !== undefined || this.#made.has(uid)) return;
    this.#made.add(uid);
    const zone = this.#store.get('nodes', undefined, node)?.metadata.labels?.[zoneLabel] ?? '';
    const terms = [{ matchExpressions: [{ key: zoneLabel, operator: 'In', values: [zone] }] }];
    await this.#connection.send('POST', '/api/v1/persistentvolumes', {
      metadata: { name: `pvc-${uid}` },
      spec: {
        accessModes: spec.accessModes,
        capacity: { storage: spec.resources?.requests?.['storage'] ?? '1Gi' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
        csi: { driver, volumeHandle: `vol-${uid}` },
        nodeAffinity: { required: { nodeSelectorTerms: terms } },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: spec.storageClassName,
      },
    });
  }

  async #attach({ metadata, spec, status }: VolumeAttachment): Promise<void> {
    if (spec.attacher !== driver || status?.attached === true || metadata.deletionTimestamp !== undefined) return;
    const path = `/apis/storage.k8s.io/v1/volumeattachments/${metadata.name}/status`;
    await this.#connection.send('PATCH', path, { status: { attached: true } }, 'application/merge-patch+json');
  }
}
