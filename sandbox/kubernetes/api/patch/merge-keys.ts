/** Lists that a strategic merge patch merges by a key: `patchMergeKey` in k8s.io/api types. Any other list is replaced. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  conditions: 'type',
  addresses: 'type',
  ownerReferences: 'uid',
  hostAliases: 'ip',
  podIPs: 'ip',
  topologySpreadConstraints: 'topologyKey',
  resourceClaims: 'name',
  schedulingGates: 'name',
};

/** Lists of plain values that are merged as sets. */
export const mergedValues: ReadonlySet<string> = new Set(['finalizers']);

/** The key by which the list in this field is merged, if it is. */
export function mergeKeyOf(field: string, kind: string): string | undefined {
  if (field === 'ports') return kind === 'Service' ? 'port' : 'containerPort';
  return mergeKeys[field];
}
