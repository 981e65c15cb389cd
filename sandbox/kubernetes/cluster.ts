import { hex } from '../random.ts';
import { bootstrap } from './api/bootstrap.ts';
import type { ApiContext } from './api/context.ts';
import { createObject } from './api/create.ts';
import { decodeObject } from './api/decode.ts';
import { deleteObject } from './api/delete.ts';
import { mergePatch } from './api/patch/merge-patch.ts';
import { updateObject } from './api/update.ts';
import type { Certificates, Cluster, ClusterOptions, FaultRule, Identity } from './contract.ts';
import { CronJobController } from './controllers/cron-job.ts';
import { DaemonSetController } from './controllers/daemon-set.ts';
import { DeploymentController } from './controllers/deployment.ts';
import { DisruptionController } from './controllers/disruption.ts';
import { EphemeralVolumeController } from './controllers/ephemeral-volume.ts';
import { GarbageCollector } from './controllers/garbage.ts';
import { JobController } from './controllers/job.ts';
import { ControllerManager } from './controllers/manager.ts';
import { NamespaceController } from './controllers/namespaces.ts';
import { NodeLifecycleController } from './controllers/node-lifecycle.ts';
import { PodGarbageCollector } from './controllers/pod-garbage.ts';
import { Recorder } from './controllers/recorder.ts';
import { ReplicaSetController } from './controllers/replica-set.ts';
import { StatefulSetController } from './controllers/stateful-set.ts';
import { TaintEvictionController } from './controllers/taint-eviction.ts';
import { VolumeController } from './controllers/volumes.ts';
import { newCertificates } from './http/certificates.ts';
import { reviews } from './http/reviews.ts';
import { ApiServer } from './http/server.ts';
import { ServiceAccountTokens } from './http/service-account-tokens.ts';
import { Kubelets } from './kubelet/kubelets.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Store } from './store/store.ts';
import { goStruct } from './types/go-types.ts';
import type { KubeObject } from './types/objects.ts';
import { apiVersionOf, definitionOf, definitionOfKind, definitions } from './types/resources.ts';
import { loadSchema, type Model } from './types/schema.ts';
import { badRequest } from './types/status.ts';

const otherModels: readonly Model[] = [
  { model: 'V1Eviction', struct: 'policy/v1.Eviction' },
  { model: 'V1DeleteOptions', struct: 'meta/v1.DeleteOptions' },
  { model: 'V1Scale', struct: 'autoscaling/v1.Scale' },
  { model: 'AuthenticationV1TokenRequest', struct: 'authentication/v1.TokenRequest' },
];

const admin: Identity = { username: 'kubernetes-admin', groups: ['system:masters'] };

function controllers(context: ApiContext, recorder: Recorder, caPem: string): ControllerManager {
  return new ControllerManager(context.clock, context.store, [
    new NamespaceController(context, caPem),
    new NodeLifecycleController(context, recorder),
    new TaintEvictionController(context, recorder),
    new PodGarbageCollector(context),
    new DeploymentController(context, recorder),
    new ReplicaSetController(context, recorder),
    new StatefulSetController(context, recorder),
    new DaemonSetController(context, recorder),
    new CronJobController(context, recorder),
    new JobController(context, recorder),
    new DisruptionController(context, recorder),
    new EphemeralVolumeController(context, recorder),
    new VolumeController(context, recorder),
    new GarbageCollector(context),
    new Scheduler(context, recorder),
  ]);
}

function applyOne(context: ApiContext, manifest: object): KubeObject {
  const { apiVersion, kind, metadata } = manifest as Partial<KubeObject>;
  const definition = definitionOfKind(apiVersion ?? '', kind ?? '');
  if (!definition) throw badRequest(`no matches for kind "${kind}" in version "${apiVersion}"`);
  const body = decodeObject(manifest, definition, 'Strict', () => {});
  const namespace = definition.namespaced ? (metadata?.namespace ?? 'default') : undefined;
  const name = metadata?.name ?? '';
  const before = context.store.get(definition.key, namespace, name);
  if (!before) return createObject(context, definition, namespace, body);
  const merged = mergePatch(before, body) as KubeObject;
  return updateObject(context, definition, { namespace, name }, merged);
}

function kubeconfigOf(name: string, url: string, caPem: string, token: string): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
  });
}

class SandboxCluster implements Cluster {
  readonly name: string;
  readonly url: string;
  readonly adminToken: string;
  readonly certificates: Certificates;
  readonly store: Store;
  readonly faults: FaultRule[];
  readonly #parts: Parts;

  constructor(parts: Parts, port: number) {
    this.#parts = parts;
    this.name = parts.options.name;
    this.url = `https://127.0.0.1:${port}`;
    this.adminToken = parts.adminToken;
    this.certificates = parts.certificates;
    this.store = parts.context.store;
    this.faults = parts.faults;
  }

  get caPem(): string {
    return this.certificates.ca;
  }

  kubeconfig(): string {
    return kubeconfigOf(this.name, this.url, this.caPem, this.adminToken);
  }

  apply(manifests: readonly object[]): KubeObject[] {
    return manifests.map((manifest) => applyOne(this.#parts.context, manifest));
  }

  async load(manifests: readonly object[]): Promise<void> {
    this.apply(manifests);
  }

  addNode(node: Parameters<Cluster['addNode']>[0]): void {
    this.#parts.kubelets.add(node, this.#parts.version.current);
  }

  removeNode(name: string): void {
    this.#parts.kubelets.forget(name);
    // Somebody may have deleted the Node object already.
    if (!this.store.get('nodes', undefined, name)) return;
    deleteObject(this.#parts.context, definitionOf('nodes'), { namespace: undefined, name });
  }

  setNodeReady(name: string, ready: boolean): void {
    this.#parts.kubelets.setReady(name, ready);
  }

  setVersion(version: string): void {
    this.#parts.version.current = version;
  }

  requests(): ReturnType<Cluster['requests']> {
    return this.#parts.server.counters.list();
  }

  resetRequests(): void {
    this.#parts.server.counters.clear();
  }

  async close(): Promise<void> {
    this.#parts.manager.close();
    this.#parts.kubelets.close();
    await this.#parts.server.close();
  }
}

interface Parts {
  readonly options: ClusterOptions;
  readonly context: ApiContext;
  readonly certificates: Certificates;
  readonly adminToken: string;
  readonly faults: FaultRule[];
  readonly version: { current: string };
  readonly manager: ControllerManager;
  readonly kubelets: Kubelets;
  readonly server: ApiServer;
}

function assemble(options: ClusterOptions, certificates: Certificates): Parts {
  const { clock, random } = options;
  const context: ApiContext = { store: new Store(), clock, random };
  const recorder = new Recorder(context);
  const kubelets = new Kubelets(context, recorder, options.images && ((image) => options.images?.(image)));
  const manager = controllers(context, recorder, certificates.ca);
  bootstrap(context);
  const adminToken = `admin-${hex(random, 32)}`;
  const faults: FaultRule[] = [];
  const version = { current: options.version };
  const tokens = new ServiceAccountTokens(context, adminToken);
  const server = new ApiServer({
    api: context,
    tokens,
    certificates,
    port: options.port ?? 0,
    faults,
    version: () => version.current,
    network: options.network,
    weather: options.weather,
    witness: options.witness,
    whileServing: options.whileServing,
    name: options.name,
    authenticate: (token) => (token === adminToken ? admin : (tokens.identityOf(token) ?? options.authenticate(token))),
    log: (line) => options.log?.(line),
  });
  return { options, context, certificates, adminToken, faults, version, manager, kubelets, server };
}

/** Starts a cluster: an API server on 127.0.0.1 with its controllers, scheduler and kubelets, all on the given clock. */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  return options.clock.hold(`start of cluster ${options.name}`, async () => {
    const models = [...definitions, ...reviews].map((item) => ({
      model: item.model,
      struct: goStruct(apiVersionOf(item), item.kind),
    }));
    const [certificates] = await Promise.all([
      options.certificates ?? newCertificates(options.name),
      loadSchema([...models, ...otherModels]),
    ]);
    const parts = assemble(options, certificates);
    return new SandboxCluster(parts, await parts.server.listen());
  });
}
