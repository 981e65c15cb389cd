import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../sandbox/kubernetes/types/objects.ts';
import { call, isReady, node, of, pass, tag, useWorld, world } from '../../world/world-lab.ts';

useWorld();

const cluster = () => world.clusters.get('demo') as NonNullable<ReturnType<typeof world.clusters.get>>;

/** An on-demand instance outside of any group that is a Ready node. */
async function launched(): Promise<string> {
  const { Instances } = await call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', {
    ImageId: 'ami-1',
    InstanceType: 'm5.large',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: tag, Value: 'owned' }] }],
  });
  await pass(60);
  return Instances[0]?.InstanceId ?? '';
}

const change = (operation: string, id: string) => call('ec2', operation, { InstanceIds: [id] });
const taints = (object: KubeObject | undefined) =>
  (object?.spec as { taints?: { key: string }[] } | undefined)?.taints ?? [];
const states = (id: string) =>
  of('EC2 Instance State-change Notification')
    .filter((detail) => detail['instance-id'] === id)
    .map(({ state }) => state);

describe('an instance that is stopped and started', () => {
  it('goes through all states, each of them said by an event, and its node comes back as it was', async () => {
    const id = await launched();
    const before = node(id);
    cluster().store.put('nodes', { ...before, spec: { ...before?.spec, unschedulable: true } } as never);
    await change('StopInstances', id);
    await pass(120);
    expect(isReady(node(id))).toBe(false);
    expect(taints(node(id)).map(({ key }) => key)).toContain('node.kubernetes.io/unreachable');
    expect(await change('StartInstances', id)).toMatchObject({
      StartingInstances: [{ PreviousState: { Name: 'stopped' }, CurrentState: { Name: 'pending' } }],
    });
    await pass(44);
    expect(isReady(node(id))).toBe(false);
    await pass(3);
    expect(states(id)).toEqual(['pending', 'running', 'stopping', 'stopped', 'pending', 'running']);
    expect(isReady(node(id))).toBe(true);
    expect(node(id)?.metadata.uid).toBe(before?.metadata.uid);
    expect(node(id)?.spec).toMatchObject({ unschedulable: true });
    expect(taints(node(id)).map(({ key }) => key)).toEqual(['node.kubernetes.io/unschedulable']);
    expect(world.settled()).toBe(true);
  });

  it('runs the pods that are still bound to it', async () => {
    const id = await launched();
    const nodeName = node(id)?.metadata.name;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } };
    const spec = { nodeName, tolerations: [{ operator: 'Exists' }], containers: [{ name: 'c', image: 'c' }] };
    await cluster().load([{ ...pod, spec }]);
    await pass(5);
    const found = () => cluster().store.get('pods', 'default', 'p');
    expect(isReady(found())).toBe(true);
    await change('StopInstances', id);
    await pass(120);
    expect(isReady(found())).toBe(false);
    await change('StartInstances', id);
    await pass(60);
    expect(isReady(found())).toBe(true);
    expect(found()?.status).toMatchObject({ containerStatuses: [{ restartCount: 1, ready: true }] });
  });

  it('registers anew when its Node was deleted', async () => {
    const id = await launched();
    const before = node(id);
    await change('StopInstances', id);
    await pass(60);
    cluster().store.remove('nodes', before as never);
    await change('StartInstances', id);
    await pass(50);
    expect(isReady(node(id))).toBe(true);
    expect(node(id)?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  it('does not come back when it is stopped again before it has booted', async () => {
    const id = await launched();
    await change('StopInstances', id);
    await pass(60);
    await change('StartInstances', id);
    await pass(10);
    await change('StopInstances', id);
    await pass(31);
    await change('StartInstances', id);
    await pass(35);
    expect(isReady(node(id))).toBe(false);
    await pass(15);
    expect(isReady(node(id))).toBe(true);
    expect(world.settled()).toBe(true);
  });

  it('cannot be started while it stops', async () => {
    const id = await launched();
    await change('StopInstances', id);
    await expect(change('StartInstances', id)).rejects.toMatchObject({ code: 'IncorrectInstanceState' });
  });
});
