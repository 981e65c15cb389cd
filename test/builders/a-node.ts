import type { NodeFacts } from '../../shared/domain/node.ts';

/** A Ready node of an instance; say only what matters to the test. */
export function aNode(given: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name: 'node-a',
    uid: 'uid-node-a',
    resourceVersion: '1',
    createdAt: 0,
    instanceId: 'i-0123456789abcdef0',
    unschedulable: false,
    ready: true,
    taints: [],
    labels: {},
    annotations: {},
    ...given,
  };
}
