import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../types/cluster-objects.ts';
import type { KubeObject } from '../types/objects.ts';
import { ageColumn, nameColumn, orNone } from './cells.ts';
import { type Column, column } from './columns.ts';

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(list: readonly string[] | undefined): string {
  return (list ?? []).map((mode) => shortModes[mode] ?? mode).join(',');
}

export const claimColumns: readonly Column[] = [
  nameColumn,
  column<PersistentVolumeClaim>('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column<PersistentVolumeClaim>('Volume', ({ spec }) => spec.volumeName ?? ''),
  column<PersistentVolumeClaim>('Capacity', ({ status }) => status?.capacity?.['storage'] ?? ''),
  column<PersistentVolumeClaim>('Access Modes', ({ spec }) => (spec.volumeName ? modes(spec.accessModes) : '')),
  column<PersistentVolumeClaim>('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
  column<PersistentVolumeClaim>('VolumeAttributesClass', () => '<unset>'),
  ageColumn,
  column<PersistentVolumeClaim>('VolumeMode', () => 'Filesystem', { wide: true }),
];

function claimOf({ spec }: PersistentVolume): string {
  return spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '';
}

export const volumeColumns: readonly Column[] = [
  nameColumn,
  column<PersistentVolume>('Capacity', ({ spec }) => spec.capacity?.['storage'] ?? ''),
  column<PersistentVolume>('Access Modes', ({ spec }) => modes(spec.accessModes)),
  column<PersistentVolume>('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
  column<PersistentVolume>('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column<PersistentVolume>('Claim', claimOf),
  column<PersistentVolume>('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
  column<PersistentVolume>('VolumeAttributesClass', () => '<unset>'),
  column<PersistentVolume>('Reason', () => ''),
  ageColumn,
  column<PersistentVolume>('VolumeMode', () => 'Filesystem', { wide: true }),
];

export const attachmentColumns: readonly Column[] = [
  nameColumn,
  column<VolumeAttachment>('Attacher', ({ spec }) => spec.attacher),
  column<VolumeAttachment>('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column<VolumeAttachment>('Node', ({ spec }) => spec.nodeName),
  column<VolumeAttachment>('Attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
  ageColumn,
];

export const storageClassColumns: readonly Column[] = [
  nameColumn,
  column<StorageClass>('Provisioner', ({ provisioner }) => provisioner),
  column<StorageClass>('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? ''),
  column<StorageClass>('VolumeBindingMode', ({ volumeBindingMode }) => orNone(volumeBindingMode)),
  column<KubeObject & { allowVolumeExpansion?: boolean }>(
    'AllowVolumeExpansion',
    (item) => item.allowVolumeExpansion ?? false,
    {
      type: 'boolean',
    },
  ),
  ageColumn,
];
