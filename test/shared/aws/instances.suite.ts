import { expect, it } from '@jest/globals';
import type { Instances } from '../../../shared/aws/instances.ts';

interface InstancesLab {
  readonly instances: Instances;
  /** Three running Spot instances of cluster demo. */
  readonly instanceIds: readonly string[];
}

/** What EC2 says of instances, whoever asks. */
export function instancesSuite(open: () => InstancesLab): void {
  it('describes those that there are, of more than fit one call, and leaves out the others', async () => {
    const { instances, instanceIds } = open();
    const others = Array.from({ length: 210 }, (_, index) => `i-0000000000000${String(index).padStart(4, '0')}`);
    const found = await instances.describe([...others, ...instanceIds]);
    expect([...found.keys()].toSorted()).toEqual(instanceIds.toSorted());
    expect(found.get(instanceIds[0] ?? '')).toMatchObject({
      instanceId: instanceIds[0],
      state: 'running',
      spot: true,
      privateDnsName: expect.stringMatching(/^ip-.*\.internal$/),
      tags: { 'kubernetes.io/cluster/demo': 'owned' },
    });
  });

  it('asks for nothing when it is given nothing: never for all', async () => {
    expect(await open().instances.describe([])).toEqual(new Map());
  });
}
