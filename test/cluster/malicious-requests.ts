import { type Answer, json, merge, strategic } from '../sandbox/kubernetes/target.ts';
import { kwokNode } from './kwok-node.ts';

export const pods = '/api/v1/namespaces/shop/pods';
export const node = '/api/v1/nodes/guarded';
export const group = 'eks-steward:drainer';

const eviction = (name: string, deleteOptions: object) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  deleteOptions,
});
const ourTaint = {
  key: 'status-taint.cluster-autoscaler.kubernetes.io/eks-steward',
  value: 'replacing',
  effect: 'NoSchedule',
};
const theirTaint = { key: 'theirs', effect: 'PreferNoSchedule' };
const deployment = {
  metadata: { name: 'evil' },
  spec: {
    selector: { matchLabels: { app: 'evil' } },
    template: { metadata: { labels: { app: 'evil' } }, spec: { containers: [{ name: 'main', image: 'evil:1' }] } },
  },
};

/** What it is, and how it is sent. */
type Request = readonly [what: string, send: () => Promise<Answer>];
type Send = (method: string, path: string, body?: object, type?: string) => Promise<Answer>;

/** Requests that our group must not get through, whatever rights it has; `uidOf` reads an object as somebody else. */
export function maliciousRequests(wide: Send, uidOf: (path: string) => Promise<string>): readonly Request[] {
  const patchNode =
    (body: object, type: string = merge) =>
    () =>
      wide('PATCH', node, body, type);
  const evict = (path: string, name: string, options: object) => () =>
    wide('POST', `${path}/${name}/eviction`, eviction(name, options));
  return [
    ["changes another's label of a node", patchNode({ metadata: { labels: { pool: 'on-demand' } } })],
    ["removes another's label of a node", patchNode({ metadata: { labels: { pool: null } } })],
    [
      'adds a label of its own liking',
      patchNode({ metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }),
    ],
    [
      'takes a node out of load balancers in a name that is not ours',
      patchNode({ metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } } }),
    ],
    ["changes another's annotation", patchNode({ metadata: { annotations: { theirs: 'y' } } })],
    ["removes another's annotation", patchNode({ metadata: { annotations: { theirs: null } } })],
    [
      'adds an annotation of its own liking',
      patchNode({ metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } } }),
    ],
    ["removes another's taint", patchNode({ spec: { taints: [] } })],
    ["replaces another's taint with ours", patchNode({ spec: { taints: [ourTaint] } })],
    ["changes another's taint", patchNode({ spec: { taints: [{ ...theirTaint, effect: 'NoSchedule' }] } })],
    ['adds a taint that evicts', patchNode({ spec: { taints: [theirTaint, { ...ourTaint, effect: 'NoExecute' }] } })],
    [
      'adds a taint of its own liking',
      patchNode({ spec: { taints: [theirTaint, { key: 'dedicated', effect: 'NoSchedule' }] } }),
    ],
    ['adds a finalizer to a node', patchNode({ metadata: { finalizers: ['example.com/hold'] } })],
    [
      'gives a node an owner',
      patchNode({ metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: 'x' }] } }),
    ],
    [
      'smuggles a label into a cordon',
      patchNode({ spec: { unschedulable: true }, metadata: { labels: { pool: 'mine' } } }, strategic),
    ],
    [
      'replaces labels by a JSON patch',
      patchNode([{ op: 'replace', path: '/metadata/labels/pool', value: 'mine' }], json),
    ],
    [
      'claims that a node is not Ready',
      () =>
        wide('PATCH', `${node}/status`, { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, strategic),
    ],
    ['deletes a node', () => wide('DELETE', node)],
    ['creates a node', () => wide('POST', '/api/v1/nodes', kwokNode('evil'))],
    ['evicts a pod without naming its UID', evict(pods, 'held', {})],
    [
      'evicts a pod with preconditions of another kind',
      evict(pods, 'held', { preconditions: { resourceVersion: '1' } }),
    ],
    [
      'evicts a pod without grace',
      async () => evict(pods, 'held', { preconditions: { uid: await uidOf(`${pods}/held`) }, gracePeriodSeconds: 0 })(),
    ],
    [
      'evicts from a protected namespace',
      async () => {
        const path = '/api/v1/namespaces/vault/pods';
        return evict(path, 'secret', { preconditions: { uid: await uidOf(`${path}/secret`) } })();
      },
    ],
    ['deletes a pod without naming its UID', () => wide('DELETE', `${pods}/held`, { gracePeriodSeconds: 5 })],
    [
      'deletes a pod at once',
      async () =>
        wide('DELETE', `${pods}/held`, { gracePeriodSeconds: 0, preconditions: { uid: await uidOf(`${pods}/held`) } }),
    ],
    [
      'deletes a pod of kube-system',
      async () => {
        const path = '/api/v1/namespaces/kube-system/pods/system';
        return wide('DELETE', path, { gracePeriodSeconds: 5, preconditions: { uid: await uidOf(path) } });
      },
    ],
    [
      'deletes a pod of a protected namespace',
      async () => {
        const path = '/api/v1/namespaces/vault/pods/secret';
        return wide('DELETE', path, { gracePeriodSeconds: 5, preconditions: { uid: await uidOf(path) } });
      },
    ],
    ['deletes all pods of a namespace', () => wide('DELETE', pods, { gracePeriodSeconds: 5 })],
    [
      'creates a pod',
      () =>
        wide('POST', pods, { metadata: { name: 'evil' }, spec: { containers: [{ name: 'main', image: 'evil:1' }] } }),
    ],
    ['changes a pod', () => wide('PATCH', `${pods}/held`, { metadata: { labels: { app: 'evil' } } }, merge)],
    ['creates a workload', () => wide('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment)],
    ['creates a secret', () => wide('POST', '/api/v1/namespaces/shop/secrets', { metadata: { name: 'evil' } })],
    [
      'makes a token for a service account',
      () =>
        wide('POST', '/api/v1/namespaces/shop/serviceaccounts/default/token', {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [] },
        }),
    ],
    [
      'widens its own rights',
      () =>
        wide('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
          metadata: { name: 'evil' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }],
        }),
    ],
    ['runs a command in a pod', () => wide('POST', `${pods}/held/exec?command=id&container=main&stdout=true`)],
    [
      'changes a disruption budget',
      () =>
        wide('POST', '/apis/policy/v1/namespaces/shop/poddisruptionbudgets', {
          metadata: { name: 'evil' },
          spec: { minAvailable: 0 },
        }),
    ],
    [
      'takes a lease',
      () =>
        wide('POST', '/apis/coordination.k8s.io/v1/namespaces/shop/leases', { metadata: { name: 'evil' }, spec: {} }),
    ],
  ];
}
