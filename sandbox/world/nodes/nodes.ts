import type { SandboxClock } from '../../clock.ts';
import type { Cluster } from '../../kubernetes/contract.ts';
import type { Fleet } from '../../services/ec2/fleet.ts';
import { type Instance, privateDnsName } from '../../services/ec2/instance.ts';
import type { WorldChange } from '../changes.ts';

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
 * The kubelets of instances, seen from outside: an instance that was launched or started again for a cluster joins it after its boot
 * time, goes silent when EC2 stops or ends it, and its Node is removed by the cloud node controller when EC2 says that it is gone
 * (kubernetes/cloud-provider, node_lifecycle_controller.go).
 */
export class Nodes {
  readonly #options: NodesOptions;
  readonly #joined = new Map<string, Cluster>();
  #booting = 0;

  constructor(options: NodesOptions) {
    this.#options = options;
    options.fleet.subscribe((instance) => this.#changed(instance));
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

  #changed(instance: Instance): void {
    if (instance.state === 'pending') this.#boot(instance);
    if (instance.state === 'shutting-down' || instance.state === 'stopping') this.#silence(instance);
    if (instance.state === 'terminated') this.#remove(instance);
  }

  #boot(instance: Instance): void {
    const { node, launchTime } = instance;
    if (!this.#clusterOf(instance)) return;
    this.#booting += 1;
    this.#options.clock.after(node.joinsAfter, () => {
      const cluster = this.#clusterOf(instance);
      const alive = instance.state === 'running' || instance.state === 'pending';
      // A stop in between ends this boot, and a start after it is another one.
      if (!cluster || !alive || instance.launchTime !== launchTime) {
        this.#booting -= 1;
        return;
      }
      if (isNodeOf(cluster, instance)) this.#return(cluster, instance);
      else this.#join(cluster, instance, node.readyAfter / 1_000);
      this.#options.clock.after(node.readyAfter, () => {
        this.#booting -= 1;
      });
    });
  }

  /**
   * The kubelet of an instance that was stopped finds its Node and takes it over as it is, with cordon, taints and labels
   * (kubernetes/kubernetes, pkg/kubelet/kubelet_node_status.go, tryRegisterWithAPIServer).
   */
  #return(cluster: Cluster, instance: Instance): void {
    const { launchTime } = instance;
    this.#joined.set(instance.instanceId, cluster);
    this.#options.clock.after(instance.node.readyAfter, () => {
      const same = instance.state === 'running' && instance.launchTime === launchTime;
      if (same && isNodeOf(cluster, instance)) cluster.setNodeReady(privateDnsName(instance), true);
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
