import { hex } from '../../random.ts';
import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { type ClaimName, claimNames, foreignClaim } from '../controllers/claim-names.ts';
import { ebsDriver } from '../controllers/volumes.ts';
import type { PersistentVolumeClaim } from '../types/cluster-objects.ts';
import type { Node, Pod } from '../types/objects.ts';
import { nodeSelectorMatches } from './scheduling.ts';
import type { NodeCheck } from './topology.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

interface Claimed extends ClaimName {
  readonly claim: PersistentVolumeClaim | undefined;
}

function claimsOf({ store }: ApiContext, pod: Pod): Claimed[] {
  return claimNames(pod).map((named) => {
    const claim = store.get('persistentvolumeclaims', pod.metadata.namespace, named.name);
    return { ...named, claim };
  });
}

function canBeProvisioned(context: ApiContext, claim: PersistentVolumeClaim): boolean {
  const found = context.store.get('storageclasses.storage.k8s.io', undefined, claim.spec.storageClassName ?? '');
  return found?.provisioner === ebsDriver;
}

/** What keeps a pod from any node because of its claims. */
export function claimProblem(context: ApiContext, pod: Pod): string | undefined {
  for (const { name, template, claim } of claimsOf(context, pod)) {
    // Source of the words: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go, podHasPVCs.
    if (!claim && template)
      return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    const problem = template && foreignClaim(pod, claim);
    if (problem) return problem;
    if (!claim.spec.volumeName && !canBeProvisioned(context, claim))
      return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

/** The checks that a pod's bound volumes make: a volume of EBS stays in its zone. */
export function claimChecks(context: ApiContext, pod: Pod): NodeCheck[] {
  return claimsOf(context, pod).flatMap(({ claim }) => {
    const volume = claim?.spec.volumeName && context.store.get('persistentvolumes', undefined, claim.spec.volumeName);
    const required = volume ? volume.spec.nodeAffinity?.required : undefined;
    if (!required) return [];
    return [
      (node: Node) =>
        nodeSelectorMatches(required, node) ? undefined : "node(s) didn't match PersistentVolume's node affinity",
    ];
  });
}

/** Makes the volumes of a pod that has found its node, in the node's zone, and binds its claims to them. */
export function provisionClaims(context: ApiContext, pod: Pod, node: Node): void {
  for (const { claim } of claimsOf(context, pod)) if (claim && !claim.spec.volumeName) provision(context, claim, node);
}

function provision(context: ApiContext, claim: PersistentVolumeClaim, node: Node): void {
  const { store, random } = context;
  const storageClassName = claim.spec.storageClassName ?? '';
  const reclaim = store.get('storageclasses.storage.k8s.io', undefined, storageClassName)?.reclaimPolicy ?? 'Delete';
  const capacity = claim.spec.resources?.requests ?? {};
  const accessModes = claim.spec.accessModes ?? [];
  const { namespace = '', name, uid } = claim.metadata;
  const zone = node.metadata.labels?.[zoneLabel] ?? '';
  const volumeName = `pvc-${uid}`;
  createTrusted(context, 'persistentvolumes', {
    metadata: { name: volumeName },
    spec: {
      capacity,
      accessModes,
      storageClassName,
      persistentVolumeReclaimPolicy: reclaim,
      volumeMode: 'Filesystem',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      csi: { driver: ebsDriver, volumeHandle: `vol-${hex(random, 17)}`, fsType: 'ext4' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: zoneLabel, operator: 'In', values: [zone] }] }] },
      },
    },
    status: { phase: 'Bound' },
  });
  const spec = { ...claim.spec, volumeName };
  store.put('persistentvolumeclaims', { ...claim, spec, status: { phase: 'Bound', accessModes, capacity } });
}
