import type { PolicyRule } from '../types/cluster-objects.ts';
import type { ApiContext } from './context.ts';
import { createTrusted } from './create.ts';

const read = ['get', 'list', 'watch'];

/** Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go, for the resources that this server has. */
const clusterRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  view: [
    {
      verbs: read,
      apiGroups: [''],
      resources: [
        'configmaps',
        'persistentvolumeclaims',
        'persistentvolumeclaims/status',
        'pods',
        'replicationcontrollers',
        'serviceaccounts',
        'services',
        'services/status',
        'events',
        'namespaces/status',
        'pods/log',
        'pods/status',
        'replicationcontrollers/status',
        'namespaces',
      ],
    },
    {
      verbs: read,
      apiGroups: ['apps'],
      resources: [
        'controllerrevisions',
        ...['daemonsets', 'deployments', 'replicasets', 'statefulsets'].flatMap(withSubresources),
      ],
    },
    { verbs: read, apiGroups: ['batch'], resources: ['jobs', 'jobs/status'] },
    { verbs: read, apiGroups: ['policy'], resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'] },
  ],
  'system:discovery': [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ],
  'system:basic-user': [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ],
};

function withSubresources(resource: string): string[] {
  return resource === 'daemonsets'
    ? [resource, `${resource}/status`]
    : [resource, `${resource}/scale`, `${resource}/status`];
}

const bindings: Readonly<Record<string, string>> = {
  'cluster-admin': 'system:masters',
  'system:discovery': 'system:authenticated',
  'system:basic-user': 'system:authenticated',
};

const rbacLabels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

/** What every new cluster has: its namespaces and the default roles that a person can rely on. */
export function bootstrap(context: ApiContext): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    createTrusted(context, 'namespaces', { metadata: { name } });
  }
  for (const [name, rules] of Object.entries(clusterRoles)) {
    createTrusted(context, 'clusterroles.rbac.authorization.k8s.io', { metadata: { name, labels: rbacLabels }, rules });
  }
  for (const [role, group] of Object.entries(bindings)) {
    createTrusted(context, 'clusterrolebindings.rbac.authorization.k8s.io', {
      metadata: { name: role, labels: rbacLabels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    });
  }
}
