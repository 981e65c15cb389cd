import { describe, expect, it } from '@jest/globals';
import { begun, byArn, call, of, pass, recommended, spotIds, tag, useExperiments, warned, world } from './fis-lab.ts';

useExperiments();

const empty = { status: 'failed', reason: 'Target resolution returned empty set.' };
const ids = () => spotIds().toSorted();
const some = (count: number) => spotIds().slice(0, count);

describe('targets of an experiment', () => {
  it('are the Spot instances of the given ARNs', async () => {
    const two = some(2);
    await begun({ target: byArn(...two) });
    expect([recommended(), warned()]).toEqual([two, two]);
  });

  it('are the Spot instances with all of the tags', async () => {
    const [a = '', b = '', c = ''] = some(3);
    await tag([a, b, c], 'team', 'web');
    await tag([b, c], 'stage', '');
    await tag([c], 'stage', 'test');
    await begun({ target: { resourceTags: { team: 'web', stage: '' }, selectionMode: 'ALL' } });
    expect(warned()).toEqual([b]);
  });

  it('are no other instances than Spot instances', async () => {
    const all = world.fleet.all().map(({ instanceId }) => instanceId);
    const fixed = all.find((id) => !spotIds().includes(id)) ?? '';
    await tag([fixed], 'team', 'web');
    expect((await begun({ target: { resourceTags: { team: 'web' } } })).state).toMatchObject(empty);
    expect((await begun({ target: byArn(fixed) })).state).toMatchObject({
      status: 'failed',
      error: { code: 'InvalidTarget', location: 'chosen' },
    });
  });

  it('pass all filters, with any value of each', async () => {
    const [a = '', b = '', c = ''] = some(3);
    const zone = world.fleet.find(a)?.zone.name ?? '';
    const filters = [
      { path: 'InstanceId', values: [a, b, c] },
      { path: 'Placement.AvailabilityZone', values: [zone] },
    ];
    await begun({ target: { filters, selectionMode: 'ALL' } });
    const inZone = [a, b, c].filter((id) => world.fleet.find(id)?.zone.name === zone);
    expect(warned()).toEqual(inZone);
    expect(inZone.length).toBeLessThan(3);
  });

  it('are so many as COUNT says, at random', async () => {
    await begun({ target: { selectionMode: 'COUNT(4)' } });
    const chosen = warned() as string[];
    expect(new Set(chosen).size).toBe(4);
    expect(ids()).toEqual(expect.arrayContaining(chosen));
    expect(chosen).not.toEqual(some(4));
  });

  it('are the part that PERCENT says, rounded down', async () => {
    await begun({ target: { selectionMode: 'PERCENT(49)' } });
    expect(warned()).toHaveLength(2);
  });

  it('are five at most by tags', async () => {
    const { state } = await begun({ target: { selectionMode: 'ALL' } });
    expect(state).toMatchObject({ status: 'failed', error: { code: 'QuotaExceededFailure', location: 'interrupt' } });
    expect(recommended()).toEqual([]);
  });
});

describe('an experiment without targets', () => {
  const nothing = { target: { resourceTags: { team: 'nobody' } } };
  const skip = { more: { experimentOptions: { emptyTargetResolutionMode: 'skip' } } };

  it('fails', async () => {
    const { state, actions } = await begun(nothing);
    expect(state).toEqual({
      ...empty,
      error: { accountId: '000000000000', code: 'InvalidTarget', location: 'chosen' },
    });
    expect(actions['interrupt']?.state.status).toBe('cancelled');
    expect(of('FIS Experiment State Change').at(-1)).toMatchObject({
      'old-state': { status: 'initiating' },
      'new-state': empty,
    });
  });

  it('fails when the percentage is less than one instance', async () => {
    expect((await begun({ target: { selectionMode: 'PERCENT(10)' } })).state).toMatchObject(empty);
  });

  it('skips its action when it is told to', async () => {
    const { state, actions } = await begun({ ...nothing, ...skip });
    expect([state.status, actions['interrupt']?.state.status]).toEqual(['running', 'skipped']);
    await pass(12);
    expect(of('FIS Experiment State Change').at(-1)).toMatchObject({ 'new-state': { status: 'completed' } });
    expect(recommended()).toEqual([]);
  });

  it('fails all the same when an ARN is not there', async () => {
    const { state } = await begun({ target: byArn(...some(1), 'i-0123456789abcdef0'), ...skip });
    expect(state).toMatchObject({ status: 'failed', reason: expect.stringContaining('i-0123456789abcdef0') });
    expect(recommended()).toEqual([]);
  });
});

describe('an experiment fails before it interrupts anything', () => {
  it('when an instance has ended and no filter leaves it out', async () => {
    const [a = '', b = ''] = some(2);
    await tag([a, b], 'team', 'web');
    await call('ec2', 'TerminateInstances', { InstanceIds: [b] });
    await pass(60);
    const target = { resourceTags: { team: 'web' }, filters: undefined, selectionMode: 'ALL' };
    const { state } = await begun({ target });
    expect(state).toMatchObject({ status: 'failed', reason: `${b} is terminated, not running.` });
    expect(recommended()).toEqual([]);
  });

  it('when an instance is being interrupted already', async () => {
    const [a = ''] = some(1);
    world.interruptSpot(a);
    const { state } = await begun({ target: byArn(a) });
    expect(state).toMatchObject({ status: 'failed', error: { code: 'InvalidTarget', location: 'interrupt' } });
    expect(recommended()).toEqual([]);
  });

  it('when COUNT is more than there are, of which AWS says nothing', async () => {
    const { state } = await begun({ target: { selectionMode: 'COUNT(7)' } });
    expect(state).toMatchObject({ status: 'failed', error: { code: 'NotImplementedInSandbox', location: 'chosen' } });
  });

  it('when two actions have the same instance, of which AWS says nothing', async () => {
    const action = {
      actionId: 'aws:ec2:send-spot-instance-interruptions',
      parameters: { durationBeforeInterruption: 'PT2M' },
      targets: { SpotInstances: 'chosen' },
    };
    const { state, actions } = await begun({
      target: byArn(...some(1)),
      more: { actions: { one: action, two: action } },
    });
    expect(state).toMatchObject({ status: 'failed', error: { code: 'NotImplementedInSandbox', location: 'two' } });
    expect([actions['one']?.state.status, actions['two']?.state.status]).toEqual(['cancelled', 'failed']);
    expect(recommended()).toEqual([]);
  });
});
