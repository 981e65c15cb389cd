import { AwsError } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam.ts';
import type { SandboxClock } from '../../clock.ts';
import type { Cluster, ClusterOptions } from '../../kubernetes/contract.ts';
import { type Random, seededRandom } from '../../random.ts';
import { arnOf } from '../arn.ts';
import type { WorldParts } from '../contract.ts';
import { type AccessEntry, identityOf } from './access.ts';

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
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
}

/** A cluster as EKS knows it. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly createdAt: number;
  readonly api: Cluster;
  readonly entries: Map<string, AccessEntry>;
  readonly nodegroups: Map<string, Nodegroup>;
  readonly tags: Readonly<Record<string, string>>;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
}

export interface ClustersOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly roles: Iam;
  readonly createCluster: WorldParts['createCluster'];
  readonly images?: ClusterOptions['images'];
}

/** The EKS clusters and their API servers. */
export class Clusters {
  /** API servers of clusters that are ACTIVE. */
  readonly active = new Map<string, Cluster>();
  readonly #options: ClustersOptions;
  readonly #clusters = new Map<string, EksCluster>();

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
    return this.#clusters.has(name);
  }

  /** Creates a cluster; it is ACTIVE at once when the world begins with it. */
  async create(
    name: string,
    version: string,
    tags: Readonly<Record<string, string>>,
    atOnce: boolean,
  ): Promise<EksCluster> {
    const { clock, random, roles, createCluster, images } = this.#options;
    const entries = new Map<string, AccessEntry>();
    const api = await createCluster({
      name,
      version: `v${version}.2`,
      clock,
      random: seededRandom(Math.floor(random() * 2 ** 31)),
      authenticate: (token) => identityOf(token, name, entries, roles, clock.now()),
      ...(images && { images }),
    });
    const cluster: EksCluster = {
      name,
      arn: arnOf('eks', `cluster/${name}`),
      version,
      createdAt: clock.now(),
      api,
      entries,
      nodegroups: new Map(),
      tags,
      status: atOnce ? 'ACTIVE' : 'CREATING',
    };
    this.#clusters.set(name, cluster);
    if (atOnce) this.#activate(cluster);
    else clock.after(creationTime, () => this.#activate(cluster));
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
  }
}
