export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly Verb[];
  /** Group and version of the kind where they differ from the resource's. */
  readonly group?: string;
  readonly version?: string;
}

const readWrite: readonly Verb[] = ['get', 'patch', 'update'];

export function statusOf(kind: string): Subresource {
  return { name: 'status', kind, verbs: readWrite };
}

export function proxy(kind: string): Subresource {
  const verbs: readonly Verb[] = ['create', 'delete', 'get', 'patch', 'update'];
  return { name: 'proxy', kind: `${kind}ProxyOptions`, verbs };
}

export const scale: Subresource = {
  name: 'scale',
  kind: 'Scale',
  verbs: readWrite,
  group: 'autoscaling',
  version: 'v1',
};

export const token: Subresource = {
  name: 'token',
  kind: 'TokenRequest',
  verbs: ['create'],
  group: 'authentication.k8s.io',
  version: 'v1',
};

export const podSubresources: readonly Subresource[] = [
  { name: 'eviction', kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'ephemeralcontainers', kind: 'Pod', verbs: readWrite },
  { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  proxy('Pod'),
];
