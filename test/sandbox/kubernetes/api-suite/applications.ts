import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, merge, type Target } from '../target.ts';

const namespace = 'suite-applications';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

function at(group: string, resource: string, cluster = false): string {
  return `/${group}${cluster ? '' : `/namespaces/${namespace}`}/${resource}`;
}

const pod = { containers: [{ name: 'main', image: 'app:1' }], restartPolicy: 'OnFailure' };
const backend = { service: { name: 'web', port: { number: 80 } } };

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly given: object;
  /** What the server adds. */
  readonly filled: object;
  readonly columns: readonly string[];
}

const kinds: readonly Kind[] = [
  {
    kind: 'Secret',
    path: at('api/v1', 'secrets'),
    given: { stringData: { word: 'open' } },
    filled: { type: 'Opaque', data: { word: 'b3Blbg==' } },
    columns: ['Name', 'Type', 'Data', 'Age'],
  },
  {
    kind: 'LimitRange',
    path: at('api/v1', 'limitranges'),
    given: { spec: { limits: [{ type: 'Container', max: { cpu: 1 }, defaultRequest: { cpu: '0.1' } }] } },
    filled: { spec: { limits: [{ max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '100m' } }] } },
    columns: ['Name', 'Created At'],
  },
  {
    kind: 'ResourceQuota',
    path: at('api/v1', 'resourcequotas'),
    given: { spec: { hard: { pods: 20, 'requests.cpu': 1.5 } } },
    filled: { spec: { hard: { pods: '20', 'requests.cpu': '1500m' } } },
    columns: ['Name', 'Request', 'Limit', 'Age'],
  },
  {
    kind: 'Ingress',
    path: at('apis/networking.k8s.io/v1', 'ingresses'),
    given: { spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] } },
    filled: { metadata: { generation: 1 }, status: { loadBalancer: {} } },
    columns: ['Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'],
  },
  {
    kind: 'NetworkPolicy',
    path: at('apis/networking.k8s.io/v1', 'networkpolicies'),
    given: { spec: { podSelector: { matchLabels: { app: 'web' } }, egress: [{ ports: [{ port: 53 }] }] } },
    filled: { spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] } },
    columns: ['Name', 'Pod-Selector', 'Age'],
  },
  {
    kind: 'HorizontalPodAutoscaler',
    path: at('apis/autoscaling/v2', 'horizontalpodautoscalers'),
    given: { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 } },
    filled: {
      spec: { minReplicas: 1, metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 80 } } }] },
    },
    columns: ['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'],
  },
  {
    kind: 'CronJob',
    path: at('apis/batch/v1', 'cronjobs'),
    given: { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: { spec: pod } } } } },
    filled: {
      spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    },
    columns: ['Name', 'Schedule', 'Timezone', 'Suspend', 'Active', 'Last Schedule', 'Age'],
  },
  {
    kind: 'EndpointSlice',
    path: at('apis/discovery.k8s.io/v1', 'endpointslices'),
    given: { addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: ['10.1.2.3'] }] },
    filled: { ports: [{ name: '', port: 80, protocol: 'TCP' }] },
    columns: ['Name', 'AddressType', 'Ports', 'Endpoints', 'Age'],
  },
  {
    kind: 'PriorityClass',
    path: at('apis/scheduling.k8s.io/v1', 'priorityclasses', true),
    given: { value: 1000 },
    filled: { preemptionPolicy: 'PreemptLowerPriority', metadata: { generation: 1 } },
    columns: ['Name', 'Value', 'Global-Default', 'Age', 'PreemptionPolicy'],
  },
  {
    kind: 'ValidatingAdmissionPolicy',
    path: at('apis/admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', true),
    given: {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['none'] }],
        },
        validations: [{ expression: 'true' }],
      },
    },
    filled: {
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, resourceRules: [{ scope: '*' }] },
      },
    },
    columns: ['Name', 'Validations', 'ParamKind', 'Age'],
  },
  {
    kind: 'ValidatingAdmissionPolicyBinding',
    path: at('apis/admissionregistration.k8s.io/v1', 'validatingadmissionpolicybindings', true),
    given: { spec: { policyName: 'suite-none', validationActions: ['Deny'] } },
    filled: { metadata: { generation: 1 } },
    columns: ['Name', 'PolicyName', 'ParamRef', 'Age'],
  },
];

const wrong: readonly [string, string, object, string][] = [
  [
    'an Ingress without rules',
    at('apis/networking.k8s.io/v1', 'ingresses'),
    { spec: {} },
    'either `defaultBackend` or `rules` must be specified',
  ],
  [
    'a path without its type',
    at('apis/networking.k8s.io/v1', 'ingresses'),
    { spec: { rules: [{ http: { paths: [{ path: '/', backend }] } }] } },
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ],
  [
    'an autoscaler whose least is more than its most',
    at('apis/autoscaling/v2', 'horizontalpodautoscalers'),
    { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 5, maxReplicas: 3 } },
    'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`',
  ],
  [
    'a schedule of four fields',
    at('apis/batch/v1', 'cronjobs'),
    { spec: { schedule: '* * * *', jobTemplate: { spec: { template: { spec: pod } } } } },
    'spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]',
  ],
  [
    'a CronJob whose pods restart for ever',
    at('apis/batch/v1', 'cronjobs'),
    {
      spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Always' } } } } },
    },
    'restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'a priority beyond what users may have',
    at('apis/scheduling.k8s.io/v1', 'priorityclasses', true),
    { value: 1_000_000_001 },
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    'a rule without verbs',
    at('apis/rbac.authorization.k8s.io/v1', 'roles'),
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    'a binding to what is no role',
    at('apis/rbac.authorization.k8s.io/v1', 'rolebindings'),
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Deployment', name: 'web' } },
    'roleRef.kind: Unsupported value: "Deployment": supported values: "Role", "ClusterRole"',
  ],
];

/** What applications bring along besides their workloads: stored and served, even where nothing acts on it. */
export function describeApplications(target: () => Target): void {
  describe('applications', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      client.close();
    });

    it.each(kinds)('have a $kind that is created with its defaults, read, changed and deleted', async (given) => {
      const object = { metadata: { name: 'suite-app' }, ...given.given };
      const { status, body } = await client.post(given.path, object);
      expect([status, body]).toMatchObject([201, { kind: given.kind, ...given.filled }]);
      const path = `${given.path}/suite-app`;
      const patched = await client.patch(path, merge, { metadata: { labels: { a: 'b' } } });
      expect([patched.status, patched.body['metadata']?.['labels']]).toMatchObject([200, { a: 'b' }]);
      const list = await client.get(`${given.path}?labelSelector=a%3Db`);
      expect(list.body).toMatchObject({ kind: `${given.kind}List`, items: [{ metadata: { name: 'suite-app' } }] });
      expect((await client.delete(path)).status).toBe(200);
      expect((await client.get(path)).status).toBe(404);
    });

    it.each(kinds)('show a $kind in the columns of kubectl get', async ({ path, columns }) => {
      const { body } = await client.get(path, { accept: table });
      const definitions = body['columnDefinitions'] as unknown as { name: string; priority: number }[];
      const shown = definitions.filter(({ name, priority }) => priority === 0 || name === 'PreemptionPolicy');
      expect(shown.map(({ name }) => name)).toEqual(columns);
    });

    it.each(wrong)('are refused %s', async (_what, path, given, words) => {
      const { status, body } = await client.post(path, { metadata: { name: 'suite-wrong' }, ...given });
      expect([status, body['reason']]).toEqual([422, 'Invalid']);
      expect(body['message']).toContain(words);
    });

    it('keep the data of an immutable Secret, and its type always', async () => {
      const path = at('api/v1', 'secrets');
      await client.post(path, { metadata: { name: 'frozen' }, data: { a: 'Yg==' }, immutable: true });
      const changed = await client.patch(`${path}/frozen`, merge, { data: { a: 'Yw==' } });
      const typed = await client.patch(`${path}/frozen`, merge, { type: 'example.com/other' });
      expect([changed.status, changed.body['message']]).toEqual([
        422,
        'Secret "frozen" is invalid: data: Forbidden: field is immutable when `immutable` is set',
      ]);
      expect([typed.status, typed.body['details']?.['causes']]).toMatchObject([422, [{ field: 'type' }]]);
    });

    it('are refused a Secret whose data is not base64', async () => {
      const { status, body } = await client.post(at('api/v1', 'secrets'), {
        metadata: { name: 'plain' },
        data: { a: 'not base64' },
      });
      expect([status, body['message']]).toEqual([400, expect.stringContaining('illegal base64 data at input byte 3')]);
    });
  });
}
