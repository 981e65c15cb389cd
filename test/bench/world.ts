import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A world of one group of spot instances to be interrupted, one that takes their pods, and web shops of which half have a budget. */
export function stormWorld(nodes: number, podsPerNode: number, boot: object = {}): string {
  const pods = nodes * podsPerNode;
  const shops = Math.max(1, Math.round(pods / 30));
  const replicas = Math.ceil(pods / shops);
  const capacity = { cpu: '16', memory: '64Gi', pods: '110' };
  const group = (name: string, spot: boolean, desired: number) => ({
    name,
    cluster: 'demo',
    spot,
    desired,
    max: nodes * 2 + 1,
    capacity,
    ...boot,
  });
  const manifests = Array.from({ length: shops }, (_, index) =>
    shop(`shop-${index}`, replicas, index % 2 === 0),
  ).flat();
  const world = {
    clusters: [{ name: 'demo', version: '1.36' }],
    // The second group is brought up when all pods are on the first.
    groups: [group('storm', true, nodes), group('spare', false, 0)],
    manifests: { demo: manifests },
  };
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.yaml');
  writeFileSync(file, JSON.stringify(world));
  return file;
}

function shop(app: string, replicas: number, budget: boolean): object[] {
  const metadata = { name: app, namespace: 'default' };
  const container = { name: 'main', image: 'web:1', resources: { requests: { cpu: '50m', memory: '64Mi' } } };
  const annotations = { 'sandbox.eks-steward/stops-after': '1s', 'sandbox.eks-steward/starts-after': '1s' };
  const template = {
    metadata: { labels: { app }, annotations },
    spec: { terminationGracePeriodSeconds: 5, containers: [container] },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector: { matchLabels: { app } }, template },
  };
  const spec = { maxUnavailable: '10%', selector: { matchLabels: { app } } };
  return budget ? [deployment, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec }] : [deployment];
}
