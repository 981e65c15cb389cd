import { fnv } from '../api/context.ts';
import type { NewNode } from '../contract.ts';
import type { Condition, Node, StringMap } from '../types/objects.ts';
import { quantity } from '../types/quantity.ts';

const defaultCapacity: StringMap = { cpu: '4', memory: '16Gi', pods: '58', 'ephemeral-storage': '80Gi' };

/** What the AMI keeps for the system; the EKS formula for memory is 255 MiB and 11 MiB for each pod, CPU about 2 %. */
function allocatable(capacity: StringMap): StringMap {
  const pods = quantity(capacity['pods']) ?? 0;
  const cpu = Math.floor((quantity(capacity['cpu']) ?? 0) * 980);
  const memory = Math.floor(((quantity(capacity['memory']) ?? 0) - (255 + 11 * pods + 100) * 2 ** 20) / 1024);
  return { ...capacity, cpu: `${cpu}m`, memory: `${Math.max(0, memory)}Ki` };
}

/** A private address that depends on the text alone. */
export function addressOf(text: string): string {
  const hash = fnv(text);
  return `10.0.${(hash >>> 8) & 255}.${hash & 255 || 1}`;
}

function conditions(ready: boolean, now: string): Condition[] {
  const quiet = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'False',
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    quiet('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    quiet('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    quiet('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    readyCondition(ready, now),
  ];
}

/** The Ready condition that a kubelet reports. */
export function readyCondition(ready: boolean, now: string): Condition {
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  if (ready)
    return {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      ...times,
    };
  const message =
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns ' +
    'error: cni plugin not initialized';
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message, ...times };
}

function labelsOf(node: NewNode): StringMap {
  const region = node.zone.replace(/[a-z]$/, '');
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'kubernetes.io/hostname': node.name,
    'node.kubernetes.io/instance-type': node.instanceType,
    'topology.kubernetes.io/region': region,
    'topology.kubernetes.io/zone': node.zone,
    ...node.labels,
  };
}

/** What a kubelet on an EC2 instance registers. */
export function nodeDraft(node: NewNode, version: string, ready: boolean, now: string) {
  const capacity = { ...defaultCapacity, ...node.capacity };
  const ip = addressOf(node.instanceId);
  return {
    metadata: {
      name: node.name,
      labels: labelsOf(node),
      ...(node.annotations ? { annotations: node.annotations } : {}),
    },
    spec: {
      providerID: `aws:///${node.zone}/${node.instanceId}`,
      ...(node.taints?.length ? { taints: node.taints } : {}),
    } satisfies Node['spec'],
    status: {
      capacity,
      allocatable: allocatable(capacity),
      conditions: conditions(ready, now),
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'InternalDNS', address: node.name },
        { type: 'Hostname', address: node.name },
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1.5',
        kernelVersion: '6.12.0-sandbox',
        kubeProxyVersion: '',
        kubeletVersion: `${node.version ?? version}-eks-sandbox`,
        machineID: node.instanceId,
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023 (sandbox)',
        systemUUID: node.instanceId,
      },
    } satisfies Node['status'],
  };
}
