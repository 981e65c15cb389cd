import type { KubeObject } from '../../kubernetes/types/objects.ts';
import { type Instance, privateDnsName } from '../../services/ec2/instance.ts';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, instancesOf, nodeOf } from './find.ts';

type Chance = Pick<Act, 'which' | 'how'>;

/** A Node that no kubelet speaks for; anybody who may create Nodes can write one, and stale ones stay behind (openshift/installer issue 1874). */
function addNode(stage: Stage, name: string, providerID: string | undefined, labels: Record<string, string>): void {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: providerID === undefined ? {} : { providerID },
  };
  stage.cluster.apply([node]);
}

const providerIdOf = ({ zone, instanceId }: Instance) => `aws:///${zone.name}/${instanceId}`;
const strangeName = (how: number) => `ip-10-9-${Math.floor(how * 250)}-7.ec2.internal`;
const karpenters = (how: number): Record<string, string> => (how < 0.3 ? { 'karpenter.sh/nodepool': 'default' } : {});

/** A second Node with the providerID of an instance that has one. */
function addTwin(stage: Stage, { which, how }: Chance): string | undefined {
  const instance = choose(instancesOf(stage), which);
  if (!instance || !nodeOf(stage, instance)) return undefined;
  addNode(stage, strangeName(how), providerIdOf(instance), karpenters(how));
  return `a second Node ${strangeName(how)} says that it is ${instance.instanceId}`;
}

/** The Node of one instance names another one: written by hand, or restored from a backup. */
function swapProvider(stage: Stage, { which, how }: Chance): string | undefined {
  const all = instancesOf(stage);
  const [instance, other] = [choose(all, which), choose(all, how)];
  const node = instance && nodeOf(stage, instance);
  if (!instance || !node || !other || other === instance) return undefined;
  const lying: KubeObject = { ...node, spec: { ...(node.spec as object), providerID: providerIdOf(other) } };
  stage.cluster.store.put('nodes', lying as never);
  return `the Node ${node.metadata.name} says that it is ${other.instanceId}`;
}

function addNameless(stage: Stage, { how }: Chance): string {
  addNode(stage, strangeName(how), undefined, karpenters(how));
  return `a Node ${strangeName(how)} without providerID`;
}

/** A Node of a name that an instance has, for an instance that is long gone. */
function addStale(stage: Stage, { which, how }: Chance): string | undefined {
  const instance = choose(instancesOf(stage), which);
  if (!instance) return undefined;
  const old = `i-0${Math.floor(how * 2 ** 40)
    .toString(16)
    .padStart(16, '0')}`;
  addNode(stage, strangeName(which), `aws:///${instance.zone.name}/${old}`, {});
  return `a Node ${strangeName(which)} of an instance that is gone (not ${privateDnsName(instance)})`;
}

/**
 * A node that is no instance of EC2: Fargate's, named and labelled as EKS does, or a hybrid one (EKS user guide, "Fargate Pod scheduling",
 * "Amazon EKS Hybrid Nodes": `eks.amazonaws.com/compute-type`, a providerID of their own).
 */
function addMachineless(stage: Stage, { which, how }: Chance): string {
  const ip = `10-9-${Math.floor(which * 250)}-${Math.floor(how * 250)}`;
  const type = 'eks.amazonaws.com/compute-type';
  if (how < 0.6) {
    const name = `fargate-ip-${ip}.ec2.internal`;
    addNode(stage, name, `aws:///us-east-1a/${Math.floor(how * 2 ** 40).toString(16)}/${name}`, { [type]: 'fargate' });
    return `Fargate runs a pod on ${name}`;
  }
  const name = `mi-0${Math.floor(how * 2 ** 40).toString(16)}`;
  addNode(stage, name, `eks-hybrid:///us-east-1/${stage.cluster.name}/${name}`, { [type]: 'hybrid' });
  return `a hybrid node ${name} joins`;
}

export const ofLiars: Readonly<Record<string, Kind>> = {
  'add-twin': { weight: 0.7, does: addTwin },
  'swap-provider': { weight: 0.5, does: swapProvider },
  'add-nameless': { weight: 0.3, does: addNameless },
  'add-stale': { weight: 0.3, does: addStale },
  'add-machineless': { weight: 0.4, does: addMachineless },
};
