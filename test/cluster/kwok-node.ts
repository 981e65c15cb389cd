/** A node that kwok plays the kubelet of: 4 CPUs, 16Gi and room for 58 pods, as an m5.xlarge. */
export function kwokNode(name: string): object {
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'us-east-1a' };
  const capacity = { cpu: '4', memory: '16Gi', pods: '58' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    spec: { providerID: `aws:///us-east-1a/i-${name}` },
    status: { capacity, allocatable: capacity },
  };
}
