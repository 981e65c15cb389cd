import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCertificates } from '../../sandbox/kubernetes/http/certificates.ts';
import type { Binaries } from './binaries.ts';

/** A real Kubernetes control plane on loopback, with kwok in place of kubelets. */
export interface ControlPlane {
  readonly url: string;
  readonly caPem: string;
  /** Of a person in system:masters. */
  readonly adminToken: string;
  /** Path of a kubeconfig for that person. */
  readonly kubeconfig: string;
  /** Where every component writes its log. */
  readonly folder: string;
  /** How often the audited user asked for what: `verb resource/subresource`. */
  requests(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly binaries: Binaries;
  /** Tokens besides the admin's. */
  readonly users?: readonly { readonly token: string; readonly name: string; readonly groups: readonly string[] }[];
  /** A user whose requests are written to the audit log. */
  readonly audited?: string;
  /** URL that answers TokenReviews for tokens that are not listed. */
  readonly tokenReviews?: string;
}

interface Component {
  readonly name: string;
  readonly process: ChildProcess;
}

/** Starts etcd, the API server, controllers, the scheduler and kwok; up in some ten seconds. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'eks-steward-cluster-'));
  const [etcdPort = 0, peerPort = 0, apiPort = 0, managerPort = 0, schedulerPort = 0] = await freePorts(5);
  const url = `https://127.0.0.1:${apiPort}`;
  const { ca, certificate, key } = await newCertificates('test');
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const caFile = file('ca.pem', ca);
  const token = (name: string) => `${name}-${randomBytes(12).toString('hex')}`;
  const adminToken = token('admin');
  const kubeconfig = (name: string, userToken: string) => file(name, kubeconfigOf(url, ca, userToken));
  const tokens = { manager: token('manager'), scheduler: token('scheduler') };
  const serviceAccounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signingKey = file('sa.key', serviceAccounts.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const verifyingKey = file('sa.pub', serviceAccounts.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  const users = [
    `${adminToken},admin,admin,"system:masters"`,
    `${tokens.manager},system:kube-controller-manager,manager`,
    `${tokens.scheduler},system:kube-scheduler,scheduler`,
    ...(options.users ?? []).map((user) => `${user.token},${user.name},${user.name},"${user.groups.join(',')}"`),
  ];
  const auditLog = join(folder, 'audit.log');
  const components: Component[] = [];
  const run = (name: string, args: readonly string[]) => {
    const child = spawn(options.binaries.path(name), args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
    const log = createWriteStream(join(folder, `${name}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    components.push({ name, process: child });
  };
  run('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    // Nothing here is worth a disk's wait.
    '--unsafe-no-fsync',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ]);
  run('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--tls-cert-file=${file('server.pem', certificate)}`,
    `--tls-private-key-file=${file('server.key', key)}`,
    `--client-ca-file=${caFile}`,
    `--token-auth-file=${file('users.csv', users.join('\n'))}`,
    `--service-account-key-file=${verifyingKey}`,
    `--service-account-signing-key-file=${signingKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    ...(options.audited === undefined
      ? []
      : [
          `--audit-policy-file=${file('audit.json', auditPolicy(options.audited))}`,
          `--audit-log-path=${auditLog}`,
          '--audit-log-maxsize=1000',
          '--audit-log-mode=blocking',
        ]),
    ...(options.tokenReviews === undefined
      ? []
      : [
          `--authentication-token-webhook-config-file=${file('token-reviews.json', webhookConfig(options.tokenReviews))}`,
          '--authentication-token-webhook-version=v1',
        ]),
  ]);
  const stop = () => stopAll(components, folder);
  try {
    await untilReady(url, ca, adminToken, components, folder);
  } catch (error) {
    await stop();
    throw error;
  }
  run('kube-controller-manager', [
    `--kubeconfig=${kubeconfig('manager.json', tokens.manager)}`,
    `--service-account-private-key-file=${signingKey}`,
    `--root-ca-file=${caFile}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    `--secure-port=${managerPort}`,
    '--bind-address=127.0.0.1',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
    '--concurrent-replicaset-syncs=20',
  ]);
  run('kube-scheduler', [
    `--kubeconfig=${kubeconfig('scheduler.json', tokens.scheduler)}`,
    '--leader-elect=false',
    `--secure-port=${schedulerPort}`,
    '--bind-address=127.0.0.1',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
  ]);
  const adminConfig = kubeconfig('admin.json', adminToken);
  run('kwok', [
    `--kubeconfig=${adminConfig}`,
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-lease-duration-seconds=40',
    `--config=${file('kwok.yaml', kwokConfig)}`,
    ...stageFiles(options.binaries).map((path) => `--config=${path}`),
  ]);
  return { url, caPem: ca, adminToken, kubeconfig: adminConfig, folder, requests: () => countRequests(auditLog), stop };
}

/** kwok plays four pods at a time by default, which was seen to delay deletions. */
const kwokConfig = `apiVersion: config.kwok.x-k8s.io/v1alpha1
kind: KwokConfiguration
options:
  podPlayStageParallelism: 64
  nodeLeaseParallelism: 4
  nodePlayStageParallelism: 16
`;

function stageFiles({ stages }: Binaries): string[] {
  const own = join(import.meta.dirname, 'stages');
  return [stages, own].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
}

function auditPolicy(user: string): string {
  return JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
  });
}

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

function countRequests(path: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []) {
    const { verb, objectRef: { resource = '', subresource } = {} } = JSON.parse(line) as AuditEvent;
    const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

function kubeconfigOf(server: string, ca: string, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
    'current-context': 'test',
  });
}

function webhookConfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server } }],
    users: [{ name: 'apiserver', user: {} }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'apiserver' } }],
    'current-context': 'sandbox',
  });
}

/** Ports that nobody uses now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Milliseconds that a control plane may take to come up on a busy machine. */
const longestStart = 90_000;

async function untilReady(
  url: string,
  ca: string,
  token: string,
  components: readonly Component[],
  folder: string,
): Promise<void> {
  const until = Date.now() + longestStart;
  for (;;) {
    const dead = components.find(({ process }) => process.exitCode !== null);
    if (dead) throw new Error(`${dead.name} ended:\n${tail(join(folder, `${dead.name}.log`))}`);
    if (await answersOk(`${url}/readyz`, ca, token)) return;
    if (Date.now() > until)
      throw new Error(`the API server is not ready:\n${tail(join(folder, 'kube-apiserver.log'))}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function answersOk(url: string, ca: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = https.get(url, { ca, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').slice(-3_000);
}

/** Clients first, etcd last: a server whose etcd is gone takes long to give up. */
async function stopAll(components: readonly Component[], folder: string): Promise<void> {
  for (const { process } of components.toReversed()) {
    if (process.exitCode !== null || process.signalCode !== null) continue;
    const exited = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true });
}
