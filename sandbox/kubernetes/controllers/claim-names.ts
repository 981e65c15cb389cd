import type { PersistentVolumeClaim } from '../types/cluster-objects.ts';
import type { Pod, VolumeClaimTemplate } from '../types/objects.ts';
import { controllerOf } from './pods.ts';

/** A claim that a pod uses. */
export interface ClaimName {
  readonly name: string;
  /** Of a generic ephemeral volume, whose claim is made for the pod and goes with it. */
  readonly template: VolumeClaimTemplate | undefined;
}

/** The claims of a pod's volumes; that of an ephemeral one is named after both (k8s.io/component-helpers/storage/ephemeral, VolumeClaimName). */
export function claimNames({ metadata, spec }: Pod): ClaimName[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim: claim, ephemeral }): ClaimName[] => {
    if (claim) return [{ name: claim.claimName, template: undefined }];
    const template = ephemeral?.volumeClaimTemplate;
    return template ? [{ name: `${metadata.name}-${name}`, template }] : [];
  });
}

/** What is wrong with a claim that another one made under the name of a pod's ephemeral volume (same package, VolumeIsForPod). */
export function foreignClaim(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const { namespace, name } = pod.metadata;
  return `PVC ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${namespace}/${name} (pod is not owner)`;
}
