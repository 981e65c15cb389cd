import { describe, expect, it } from '@jest/globals';
import {
  budget,
  codes,
  fresh,
  groupIsWhole,
  load,
  nameOf,
  pinned,
  requestsBeyondRights,
  resultsOf,
  running,
  scenario,
  useRealCluster,
} from './real-lab.ts';
import { eventually } from './real-scenario.ts';

useRealCluster();

describe('on a real control plane', () => {
  it('a rebalance brings the new node up first and forces nobody', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    await load(pinned('calm', node), budget('calm', 'calm', { minAvailable: 0 }));
    await running('calm');
    const order: string[] = [];
    scenario.cluster.store.subscribe(({ type, resource, object }) => {
      if (resource === 'nodes' && type === 'ADDED') order.push('joined');
      const leaves =
        resource === 'pods' &&
        object.metadata.labels?.['app'] === 'calm' &&
        object.metadata.deletionTimestamp !== undefined;
      if (leaves) order.push('asked');
    });
    const [result] = await resultsOf(() => scenario.sandbox.world.recommendRebalance(instance));
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    expect(codes(result?.reasons)).not.toContain('ForceDeleted');
    expect(order[0]).toBe('joined');
    expect(order).toContain('asked');
    await groupIsWhole();
  });

  it('a run that is stopped in the middle is put back, exactly', async () => {
    const instance = await fresh();
    const before = scenario.nodeOf(instance);
    const node = nameOf(instance);
    await load(pinned('stays', node), budget('stays', 'stays', { maxUnavailable: 0 }));
    await running('stays');
    const arn = await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false });
    await eventually('the node is cordoned', () => scenario.isCordoned(instance));
    await scenario.call('states', 'StopExecution', { executionArn: arn });
    await eventually('the cordon is gone', () => !scenario.isCordoned(instance));
    await eventually('every execution ends', async () =>
      (await scenario.executions()).every(({ status }) => status !== 'RUNNING'),
    );
    expect((await scenario.executions()).at(-1)).toMatchObject({ status: 'SUCCEEDED', outcome: 'RolledBack' });
    await eventually(
      'no taint is left',
      () => ((scenario.nodeOf(instance)?.spec as { taints?: unknown[] } | undefined)?.taints ?? []).length === 0,
    );
    const after = scenario.nodeOf(instance);
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
    expect(Object.keys(after?.metadata.annotations ?? {}).filter((key) => key.startsWith('eks-steward'))).toEqual([]);
    await groupIsWhole();
  });

  it('no function ever asks for what its role does not give', () => {
    expect(requestsBeyondRights()).toEqual([]);
  });
});
