import type { SandboxClock } from '../../clock.ts';
import type { Certificates, Cluster, ClusterOptions, FaultRule, NewNode, RequestCount } from '../contract.ts';
import { nodeDraft } from '../kubelet/node-object.ts';
import { Store } from '../store/store.ts';
import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import { definitionOfKind } from '../types/resources.ts';
import { ClusterConnection, RequestFailed } from './connection.ts';
import { type Access, accessOf } from './kubeconfig.ts';
import { Mirror } from './mirror.ts';
import { TokenReviews } from './token-reviews.ts';
import { Volumes } from './volumes.ts';

export interface RemoteOptions extends ClusterOptions {
  /** Path of a kubeconfig; its current context is the cluster. */
  readonly kubeconfig: string;
  /** Port on which the API server's webhook finds the token reviews; 0 takes a free one. */
  readonly tokenReviewsPort: number;
}

/** What the sandbox itself reads of the cluster: for the console, for drills and for tests. */
const mirrored: readonly (readonly [ResourceKey, string])[] = [
  ['nodes', '/api/v1/nodes'],
  ['pods', '/api/v1/pods'],
  ['persistentvolumeclaims', '/api/v1/persistentvolumeclaims'],
  ['events', '/api/v1/events'],
  ['poddisruptionbudgets.policy', '/apis/policy/v1/poddisruptionbudgets'],
  ['volumeattachments.storage.k8s.io', '/apis/storage.k8s.io/v1/volumeattachments'],
];

/** kwok's own selector, and what makes the attach-detach controller care for a node (kubelet sets it on itself). */
const nodeAnnotations = {
  'kwok.x-k8s.io/node': 'fake',
  'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
};

/** A real cluster in the place of a built-in one. Its nodes are the sandbox's instances; everything else is its own. */
export class RemoteCluster implements Cluster {
  readonly name: string;
  readonly url: string;
  readonly caPem: string;
  readonly adminToken: string;
  readonly store = new Store();
  readonly #options: RemoteOptions;
  readonly #access: Access;
  readonly #connection: ClusterConnection;
  readonly #mirror: Mirror;
  readonly #reviews: TokenReviews;
  readonly #clock: SandboxClock;
  /** Writes to nodes go out in the order in which they were asked for. */
  #writes: Promise<unknown> = Promise.resolve();

  private constructor(options: RemoteOptions, access: Access) {
    this.#options = options;
    this.#access = access;
    this.#clock = options.clock;
    this.name = options.name;
    this.url = access.server;
    this.caPem = access.ca;
    this.adminToken = access.token ?? '';
    this.#connection = new ClusterConnection(access);
    this.#mirror = new Mirror(this.#connection, this.store);
    this.#reviews = new TokenReviews((token) => options.authenticate(token));
    new Volumes(this.#connection, this.store);
  }

  /** Connects, and waits until the store has what the cluster has. Throws when it cannot be reached. */
  static async connect(options: RemoteOptions): Promise<RemoteCluster> {
    const cluster = new RemoteCluster(options, accessOf(options.kubeconfig));
    await cluster.#reviews.listen(options.tokenReviewsPort);
    await cluster.#connection.send('GET', '/readyz');
    for (const [resource, path] of mirrored) await cluster.#mirror.follow(resource, path);
    return cluster;
  }

  get certificates(): Certificates {
    return { ca: this.caPem, certificate: '', key: '' };
  }

  get faults(): FaultRule[] {
    throw new Error('a real cluster takes no injected faults');
  }

  apply(): KubeObject[] {
    throw new Error('a real cluster is written to with load()');
  }

  async load(manifests: readonly object[]): Promise<void> {
    for (const manifest of manifests) await this.#applyOne(manifest as KubeObject);
  }

  kubeconfig(): string {
    const { server, ca, token, certificate, key } = this.#access;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user =
      token === undefined
        ? { 'client-certificate-data': base64(certificate ?? ''), 'client-key-data': base64(key ?? '') }
        : { token };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: this.name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
      users: [{ name: 'admin', user }],
      contexts: [{ name: this.name, context: { cluster: this.name, user: 'admin' } }],
      'current-context': this.name,
    });
  }

  addNode(node: NewNode): void {
    const draft = nodeDraft(node, this.#options.version, false, this.#clock.date().toISOString());
    const metadata = { ...draft.metadata, annotations: { ...node.annotations, ...nodeAnnotations } };
    // kwok makes a node Ready as soon as it sees it, so it is registered when it would be.
    const { conditions: _, ...status } = draft.status;
    const register = () =>
      this.#write('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', ...draft, metadata, status });
    if (node.readyAfterSeconds) this.#clock.after(node.readyAfterSeconds * 1_000, register);
    else register();
  }

  removeNode(name: string): void {
    this.#write('DELETE', `/api/v1/nodes/${name}`);
  }

  /** A silent kubelet is a node that kwok no longer plays; the node lifecycle controller finds out by itself. */
  setNodeReady(name: string, ready: boolean): void {
    const annotations = { 'kwok.x-k8s.io/node': ready ? 'fake' : null };
    this.#write('PATCH', `/api/v1/nodes/${name}`, { metadata: { annotations } }, 'application/merge-patch+json');
  }

  setVersion(): void {
    throw new Error('the version of a real cluster is its own');
  }

  requests(): RequestCount[] {
    throw new Error('a real API server counts its requests in its own metrics');
  }

  resetRequests(): void {
    throw new Error('a real API server counts its requests in its own metrics');
  }

  async close(): Promise<void> {
    this.#mirror.close();
    this.#reviews.close();
    await this.#writes;
    this.#connection.close();
  }

  #write(method: string, path: string, body?: object, type?: string): void {
    const end = this.#clock.begin(`${method} ${path}`);
    this.#writes = this.#writes
      .then(() => this.#connection.ask(method, path, body, type))
      .catch((error: unknown) => this.#options.log?.(`${method} ${path}: ${String(error)}`))
      .finally(end);
  }

  /** Server-side apply; a namespace's first objects may have to wait for it. */
  async #applyOne(manifest: KubeObject): Promise<void> {
    const { apiVersion, kind, metadata } = manifest;
    const definition = definitionOfKind(apiVersion, kind);
    if (!definition) throw new RequestFailed('apply', 404, `no matches for kind "${kind}" in version "${apiVersion}"`);
    const group = definition.group ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = definition.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    const path = `${group}${namespace}/${definition.resource}/${metadata.name}?fieldManager=sandbox&force=true`;
    await this.#connection.send('PATCH', path, manifest, 'application/apply-patch+yaml');
  }
}
