import type { Random } from '../random.ts';
import type { Weighted } from '../weather/spells.ts';
import { pick } from '../weather/spells.ts';

type Manifest = { readonly kind: string } & Record<string, unknown>;

const behaviours = 'sandbox.eks-steward/';

/** How the pods of a workload are. */
type Temper = 'plain' | 'slow' | 'patient' | 'deaf' | 'crashing' | 'unready' | 'tolerant';

const tempers: Weighted<Temper> = [
  ['plain', 10],
  ['slow', 3],
  // An hour's grace (autoscaler issue 6089), and all of it is used.
  ['patient', 1],
  ['deaf', 1],
  ['crashing', 1],
  ['unready', 1],
  // Comes back to the node that it is evicted from (aws-node-termination-handler issue 583).
  ['tolerant', 1.5],
];

type Budget = 'none' | 'one' | 'share' | 'never' | 'two';

const budgets: Weighted<Budget> = [
  ['none', 4],
  ['one', 5],
  ['share', 2],
  ['never', 2],
  ['two', 0.7],
];

const seconds = (random: Random, most: number) => `${1 + Math.floor(random() * most)}s`;

function annotationsOf(temper: Temper, random: Random): Record<string, string> {
  const stops = { [`${behaviours}stops-after`]: seconds(random, temper === 'slow' ? 50 : 6) };
  if (temper === 'patient' || temper === 'deaf') return { [`${behaviours}stops-after`]: 'never' };
  if (temper === 'crashing') return { ...stops, [`${behaviours}crash-loops`]: 'true' };
  if (temper === 'unready') return { ...stops, [`${behaviours}never-ready`]: 'true' };
  return { ...stops, [`${behaviours}starts-after`]: seconds(random, 8) };
}

function template(app: string, temper: Temper, random: Random, pool: string | undefined): object {
  const grace = { plain: 30, slow: 60, patient: 3_600, deaf: 120, crashing: 30, unready: 30, tolerant: 10 }[temper];
  const cpu = `${50 + 50 * Math.floor(random() * 6)}m`;
  return {
    metadata: { labels: { app }, annotations: annotationsOf(temper, random) },
    spec: {
      terminationGracePeriodSeconds: grace,
      ...(pool !== undefined && { nodeSelector: { pool } }),
      ...(temper === 'tolerant' && { tolerations: [{ operator: 'Exists' }] }),
      containers: [{ name: 'main', image: `${app}:1`, resources: { requests: { cpu, memory: '64Mi' } } }],
    },
  };
}

function budgetsOf(app: string, budget: Budget, replicas: number): Manifest[] {
  const make = (name: string, limit: object): Manifest => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { ...limit, selector: { matchLabels: { app } } },
  });
  if (budget === 'none') return [];
  if (budget === 'share') return [make(app, { minAvailable: '50%' })];
  if (budget === 'never') return [make(app, { minAvailable: replicas })];
  const one = make(app, { maxUnavailable: 1 });
  return budget === 'two' ? [one, make(`${app}-too`, { maxUnavailable: 1 })] : [one];
}

function deployment(app: string, replicas: number, template: object): Manifest {
  const metadata = { name: app, namespace: 'default' };
  const selector = { matchLabels: { app } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector, template } };
}

function statefulSet(app: string, replicas: number, template: object, volumes: boolean): Manifest {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: app, namespace: 'default' },
    spec: {
      serviceName: app,
      replicas,
      selector: { matchLabels: { app } },
      template,
      ...(volumes && { volumeClaimTemplates: [claim] }),
    },
  };
}

/** A pod that somebody made by hand and nothing makes again. */
function barePod(app: string, given: object): Manifest {
  const { metadata, spec } = given as { metadata: object; spec: object };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: app, namespace: 'default' }, spec };
}

const nodeAgent: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'aws-node', namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { 'k8s-app': 'aws-node' } },
    template: {
      metadata: { labels: { 'k8s-app': 'aws-node' } },
      spec: {
        priorityClassName: 'system-node-critical',
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'main', image: 'aws-node:1', resources: { requests: { cpu: '25m', memory: '64Mi' } } }],
      },
    },
  },
};

const storage: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3' },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/**
 * What runs in a cluster, with the habits of real workloads, good and bad.
 *
 * @param pools labels of groups; some workloads insist on one
 */
export function randomWorkloads(random: Random, pools: readonly string[], pods: number): Manifest[] {
  const manifests: Manifest[] = [storage, nodeAgent];
  for (let number = 0, made = 0; made < pods; number++) {
    const app = `app-${number}`;
    const temper = pick(random, tempers);
    const replicas = 1 + Math.floor(random() * 5);
    const pool = random() < 0.3 ? pools[Math.floor(random() * pools.length)] : undefined;
    const pod = template(app, temper, random, pool);
    const kind = random();
    if (kind < 0.08) manifests.push(barePod(app, pod));
    else if (kind < 0.3) manifests.push(statefulSet(app, replicas, pod, random() < 0.5));
    else manifests.push(deployment(app, replicas, pod));
    manifests.push(...budgetsOf(app, pick(random, budgets), replicas));
    made += kind < 0.08 ? 1 : replicas;
  }
  return manifests;
}
