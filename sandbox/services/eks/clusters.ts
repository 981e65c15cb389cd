import { arnOf } from '../../aws/arn.ts';
import { AwsError, account } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam/iam.ts';
import { personArn } from '../../aws/iam/signature.ts';
import type { SandboxClock } from '../../clock.ts';
import type { Cluster, ClusterOptions } from '../../kubernetes/contract.ts';
import type { KubeObject } from '../../kubernetes/types/objects.ts';
import { type Random, seededRandom } from '../../random.ts';
import type { WorldChange } from '../../world/changes.ts';
import type { WorldParts } from '../../world/contract.ts';
import { addEntry, adminPolicy, type ClusterAccess, identityOf } from './access.ts';

/** EKS takes some ten minutes to make a control plane (EKS user guide, "Create an Amazon EKS cluster"). */
const creationTime = 600_000;

export interface Nodegroup {
  readonly name: string;
  readonly arn: string;
  readonly cluster: string;
  readonly createdAt: number;
  readonly groupName: string;
  readonly instanceTypes: readonly string[];
  readonly spot: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
  readonly scaling: { readonly minSize: number; readonly maxSize: number; readonly desiredSize: number };
  /** Unknown for those that a world begins with. */
  readonly nodeRole: string | undefined;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
}

/** What somebody wants a cluster to be. */
export interface NewCluster {
  readonly name: string;
  readonly version: string;
  readonly roleArn: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Those whose members reach its private endpoint. */
  readonly securityGroupIds: readonly string[];
  readonly endpoint: 'public' | 'private';
  readonly tags: Readonly<Record<string, string>>;
  readonly access: ClusterAccess;
}

/** A cluster as EKS knows it. */
export interface EksCluster extends NewCluster {
  readonly arn: string;
  readonly createdAt: number;
  readonly api: Cluster;
  readonly nodegroups: Map<string, Nodegroup>;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
}

export interface ClustersOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly roles: Iam;
  readonly createCluster: WorldParts['createCluster'];
  readonly images?: ClusterOptions['images'];
  readonly tell: (what: WorldChange) => void;
}

/** The EKS clusters and their API servers. */
export class Clusters {
  /** API servers of clusters that are ACTIVE. */
  readonly active = new Map<string, Cluster>();
  readonly #options: ClustersOptions;
  readonly #clusters = new Map<string, EksCluster>();
  /** Names of clusters whose API server comes up. */
  readonly #coming = new Set<string>();

  constructor(options: ClustersOptions) {
    this.#options = options;
  }

  all(): readonly EksCluster[] {
    return [...this.#clusters.values()];
  }

  /** Throws `ResourceNotFoundException` in AWS's words. */
  get(name: string): EksCluster {
    const found = this.#clusters.get(name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404, { clusterName: name });
  }

  has(name: string): boolean {
    return this.#clusters.has(name) || this.#coming.has(name);
  }

  /** A cluster that the world begins with: ACTIVE at once, and made by the person, who alone has an access entry. */
  async begin(given: Omit<NewCluster, 'roleArn' | 'tags' | 'access'>): Promise<void> {
    const { name } = given;
    const roleArn = `arn:aws:iam::${account}:role/${name}-cluster`;
    const access: ClusterAccess = { mode: 'API', hiddenAdmin: undefined, bootstrapped: true, entries: new Map() };
    addEntry(access, name, {
      principalArn: personArn,
      createdAt: this.#options.clock.now(),
      policies: new Set([adminPolicy]),
    });
    this.#activate(await this.#add({ ...given, roleArn, tags: {}, access }));
  }

  /** A cluster that takes its time; `admin` gets in at once where there are access entries. */
  async create(given: NewCluster, admin: string | undefined): Promise<EksCluster> {
    const { clock } = this.#options;
    const cluster = await this.#add(given);
    if (admin !== undefined && given.access.mode !== 'CONFIG_MAP')
      addEntry(given.access, given.name, {
        principalArn: admin,
        createdAt: clock.now(),
        policies: new Set([adminPolicy]),
      });
    clock.after(creationTime, () => this.#activate(cluster));
    return cluster;
  }

  async #add(given: NewCluster): Promise<EksCluster> {
    const { clock, random, roles, createCluster, images } = this.#options;
    const { name, access } = given;
    const awsAuth = () => dataOf(api.store.get('configmaps', 'kube-system', 'aws-auth'));
    const authenticator = { cluster: name, access, awsAuth, iam: roles, now: () => clock.now() };
    this.#coming.add(name);
    const api: Cluster = await createCluster({
      name,
      version: `v${given.version}.2`,
      clock,
      random: seededRandom(Math.floor(random() * 2 ** 31)),
      authenticate: (token) => identityOf(token, authenticator),
      ...(images && { images }),
    }).finally(() => this.#coming.delete(name));
    const cluster: EksCluster = {
      ...given,
      arn: arnOf('eks', `cluster/${name}`),
      createdAt: clock.now(),
      api,
      nodegroups: new Map(),
      status: 'CREATING',
    };
    this.#clusters.set(name, cluster);
    return cluster;
  }

  settled(): boolean {
    return this.all().every(({ status }) => status === 'ACTIVE');
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(({ api }) => api.close()));
  }

  #activate(cluster: EksCluster): void {
    cluster.status = 'ACTIVE';
    this.active.set(cluster.name, cluster.api);
    this.#options.tell({ subject: cluster.name, text: 'cluster is ACTIVE' });
  }
}

function dataOf(configMap: KubeObject | undefined): Readonly<Record<string, string>> {
  return (configMap as { data?: Readonly<Record<string, string>> } | undefined)?.data ?? {};
}
