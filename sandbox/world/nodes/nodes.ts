import type { SandboxClock } from '../../clock.ts';
import type { Cluster } from '../../kubernetes/contract.ts';
import type { Fleet } from '../../services/ec2/fleet.ts';
import { type Instance, type InstanceState, privateDnsName } from '../../services/ec2/instance.ts';
import type { WorldChange } from '../contract.ts';

export interface NodesOptions {
  readonly clock: SandboxClock;
  readonly fleet: Fleet;
  /** API servers of clusters by name. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly tell: (what: WorldChange) => void;
}

/** The tag by which an instance belongs to a cluster: `kubernetes.io/cluster/<name>`, as the EKS user guide has self-managed nodes carry it. */
const clusterTag = 'kubernetes.io/cluster/';

/**
 * The kubelets of instances, seen from outside: an instance that was launched for a cluster joins it after its boot time, goes
 * silent when EC2 ends it, and its Node is removed by the cloud node controller when EC2 says that it is gone
 * (kubernetes/cloud-provider, node_lifecycle_controller.go).
 */
export class Nodes {
  readonly #options: NodesOptions;
  readonly #joined = new Map<string, Cluster>();
  #booting = 0;

  constructor(options: NodesOptions) {
    this.#options = options;
    options.fleet.subscribe((instance, previous) => this.#changed(instance, previous));
  }

  /** Instances that boot and have not become Ready nodes. */
  get booting(): number {
    return this.#booting;
  }

  /** Makes a running instance a Ready node at once, as a world begins. */
  adopt(instance: Instance): void {
    const cluster = this.#clusterOf(instance);
    if (cluster) this.#join(cluster, instance, 0);
  }

  #changed(instance: Instance, previous: InstanceState | undefined): void {
    if (instance.state === 'pending' && previous === undefined) this.#boot(instance);
    if (instance.state === 'shutting-down' || instance.state === 'stopping') this.#silence(instance);
    if (instance.state === 'terminated') this.#remove(instance);
  }

  #boot(instance: Instance): void {
    const { node } = instance;
    if (!this.#clusterOf(instance)) return;
    this.#booting += 1;
    this.#options.clock.after(node.joinsAfter, () => {
      const cluster = this.#clusterOf(instance);
      const alive = instance.state === 'running' || instance.state === 'pending';
      if (!cluster || !alive) {
        this.#booting -= 1;
        return;
      }
      this.#join(cluster, instance, node.readyAfter / 1_000);
      this.#options.clock.after(node.readyAfter, () => {
        this.#booting -= 1;
      });
    });
  }

  #join(cluster: Cluster, instance: Instance, readyAfterSeconds: number): void {
    const { instanceId, instanceType, zone, node } = instance;
    this.#joined.set(instanceId, cluster);
    cluster.addNode({
      name: privateDnsName(instance),
      instanceId,
      zone: zone.name,
      instanceType,
      labels: node.labels,
      taints: node.taints,
      readyAfterSeconds,
      ...(node.capacity && { capacity: node.capacity }),
    });
  }

  #silence(instance: Instance): void {
    const cluster = this.#joined.get(instance.instanceId);
    if (cluster && isNodeOf(cluster, instance)) cluster.setNodeReady(privateDnsName(instance), false);
  }

  #remove(instance: Instance): void {
    const cluster = this.#joined.get(instance.instanceId);
    this.#joined.delete(instance.instanceId);
    if (cluster && isNodeOf(cluster, instance)) cluster.removeNode(privateDnsName(instance));
  }

  #clusterOf({ tags }: Instance): Cluster | undefined {
    const name = [...tags.keys()].find((key) => key.startsWith(clusterTag))?.slice(clusterTag.length);
    return name === undefined ? undefined : this.#options.clusters.get(name);
  }
}

/** A later instance may have taken the name; the cloud node controller goes by the providerID. */
function isNodeOf(cluster: Cluster, instance: Instance): boolean {
  const node = cluster.store.get('nodes', undefined, privateDnsName(instance));
  return (node?.spec as { providerID?: string } | undefined)?.providerID?.endsWith(instance.instanceId) ?? false;
}
