import type { PodFacts } from '../../shared/domain/pod.ts';

let count = 0;

/** A running, Ready pod of a ReplicaSet; say only what matters to the test. */
export function aPod(given: Partial<PodFacts> = {}): PodFacts {
  count += 1;
  return {
    namespace: 'shop',
    name: `pod-${count}`,
    uid: `uid-${count}`,
    nodeName: 'node-a',
    labels: { app: 'web' },
    annotations: {},
    phase: 'Running',
    ready: true,
    controllerKind: 'ReplicaSet',
    mirror: false,
    critical: false,
    gracePeriodSeconds: 30,
    deletionDeadline: undefined,
    claims: [],
    ...given,
  };
}
