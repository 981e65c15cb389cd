import { describe, expect, it } from '@jest/globals';
import {
  begun,
  byArn,
  call,
  experiments,
  fis,
  of,
  pass,
  recommended,
  server,
  spotIds,
  start,
  stateOf,
  template,
  useExperiments,
  warned,
  world,
} from './fis-lab.ts';

useExperiments();

const status = async (id: string) => (await fis.get(id)).state.status;
const statuses = async (id: string) => {
  const { state, actions } = await fis.get(id);
  return [state.status, actions['interrupt']?.state.status];
};
const first = () => spotIds()[0] ?? '';

describe('an experiment with two minutes', () => {
  it('recommends, warns, and ends the instance two minutes later', async () => {
    const id = first();
    await start({ target: byArn(id) });
    await pass(1);
    expect(recommended()).toEqual([id]);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([
      { 'instance-id': id, 'instance-action': 'terminate' },
    ]);
    expect(stateOf(id)).toBe('running');
    await pass(120);
    expect(stateOf(id)).toBe('shutting-down');
    await pass(31);
    expect(stateOf(id)).toBe('terminated');
    const { SpotInstanceRequests } = await call<{ SpotInstanceRequests: { Status: { Code: string } }[] }>(
      'ec2',
      'DescribeSpotInstanceRequests',
      { Filters: [{ Name: 'instance-id', Values: [id] }] },
    );
    expect(SpotInstanceRequests[0]?.Status.Code).toBe('instance-terminated-by-experiment');
  });

  it('is initiating, running, and completed when the interruption has been sent', async () => {
    const started = await start();
    expect(started.state).toEqual({ status: 'initiating', reason: 'Experiment is initiating.' });
    expect(started.actions['interrupt']?.state).toEqual({ status: 'pending', reason: 'Initial state' });
    expect([experiments.open, recommended()]).toEqual([1, []]);
    await pass(1);
    expect(await statuses(started.id)).toEqual(['running', 'running']);
    await pass(12);
    const ended = await fis.get(started.id);
    expect(ended.state).toEqual({ status: 'completed', reason: 'Experiment completed.' });
    expect(ended.actions['interrupt']).toMatchObject({
      state: { status: 'completed', reason: 'Action was completed.' },
      startTime: ended.creationTime + 0.3,
      endTime: ended.endTime,
    });
    expect(experiments.open).toBe(0);
  });

  it('tells EventBridge of each state', async () => {
    const { id, arn } = await start();
    expect(arn).toBe(`arn:aws:fis:us-east-1:000000000000:experiment/${id}`);
    await pass(13);
    const changes = of('FIS Experiment State Change') as { 'old-state': object; 'new-state': object }[];
    expect(changes.map((detail) => [detail['old-state'], detail['new-state']])).toMatchObject([
      [{ status: 'pending' }, { status: 'initiating' }],
      [{ status: 'initiating' }, { status: 'running' }],
      [{ status: 'running' }, { status: 'completed', reason: 'Experiment completed.' }],
    ]);
    expect(changes[0]).toMatchObject({
      'experiment-id': id,
      'experiment-template-id': expect.stringMatching(/^EXT\w{14}$/),
    });
  });
});

describe('an experiment with more time', () => {
  const five = { parameters: { durationBeforeInterruption: 'PT5M' } };

  it('recommends at once and warns two minutes before the end', async () => {
    const id = first();
    const { id: experiment } = await start({ target: byArn(id), action: five });
    await pass(1);
    expect([recommended(), warned()]).toEqual([[id], []]);
    await pass(178);
    expect([await status(experiment), warned()]).toEqual(['completed', []]);
    expect(world.settled()).toBe(false);
    await pass(2);
    expect(warned()).toEqual([id]);
    await pass(119);
    expect(stateOf(id)).toBe('running');
    await pass(1);
    expect(stateOf(id)).toBe('shutting-down');
  });

  it('takes seconds as well as minutes', async () => {
    await begun({ action: { parameters: { durationBeforeInterruption: 'PT120S' } } });
    expect(warned()).toHaveLength(1);
  });
});

describe('a stopped experiment', () => {
  it('sends nothing when it is stopped before its action', async () => {
    const { id } = await start();
    expect((await fis.stop(id)).state).toEqual({ status: 'stopping', reason: 'Stopping Experiment.' });
    await pass(1);
    expect(await statuses(id)).toEqual(['stopped', 'cancelled']);
    expect(recommended()).toEqual([]);
  });

  it('takes nothing back that has been sent', async () => {
    const { id } = await begun({ target: byArn(first()) });
    const interrupted = first();
    expect((await fis.stop(id)).actions['interrupt']?.state.status).toBe('stopping');
    expect((await fis.stop(id)).state.status).toBe('stopping');
    await pass(1);
    expect(await statuses(id)).toEqual(['stopped', 'stopped']);
    await pass(120);
    expect(stateOf(interrupted)).toBe('shutting-down');
  });

  it('is one that has not come to its end', async () => {
    const { id } = await start();
    await pass(13);
    await expect(fis.stop(id)).rejects.toMatchObject({ name: 'ValidationException', status: 400 });
    await expect(fis.stop('EXP1')).rejects.toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });
});

describe('experiments', () => {
  it('have the tags of their start, not those of their template', async () => {
    const { id } = await start({ more: { tags: { of: 'template' } } }, { tags: { of: 'experiment' } });
    expect((await fis.get(id)).tags).toEqual({ of: 'experiment' });
  });

  it('are listed page by page, and by their template', async () => {
    const { id: one } = await start();
    const { id: two } = await start();
    const page = await fis.list('?maxResults=1');
    expect(page.experiments).toMatchObject([{ id: one, state: { status: 'initiating' } }]);
    expect((await fis.list(`?maxResults=1&nextToken=${page.nextToken}`)).experiments).toMatchObject([{ id: two }]);
    const [, template] = await fis.templates();
    expect((await fis.list(`?experimentTemplateId=${template?.id}`)).experiments).toMatchObject([{ id: two }]);
    await expect(fis.list('?maxResults=101')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('are done once for a token', async () => {
    const { id: experimentTemplateId } = await fis.create(template());
    const request = { clientToken: 'mine', experimentTemplateId };
    const { id } = await fis.start(request);
    expect((await fis.start(request)).id).toBe(id);
    await expect(fis.start({ ...request, tags: { a: 'b' } })).rejects.toMatchObject({
      name: 'ConflictException',
      status: 409,
    });
  });

  it('are five at a time', async () => {
    for (const _ of [1, 2, 3, 4, 5]) await start();
    await expect(start()).rejects.toMatchObject({ name: 'ServiceQuotaExceededException', status: 402 });
    await pass(13);
    await start();
  });

  it('go on when their template is deleted', async () => {
    const { id: experimentTemplateId } = await fis.create(template());
    const { id } = await fis.start({ clientToken: 'mine', experimentTemplateId });
    expect((await fis.remove(experimentTemplateId)).id).toBe(experimentTemplateId);
    await pass(13);
    expect(await status(id)).toBe('completed');
    const again = fis.start({ clientToken: 'other', experimentTemplateId });
    await expect(again).rejects.toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });

  it.each([
    [{ experimentOptions: { actionsMode: 'skip-all' } }, 'NotImplementedInSandbox'],
    [{ experimentOptions: { actionsMode: 'some' } }, 'ValidationException'],
    [{ clientToken: undefined }, 'ValidationException'],
    [{ tags: { k: 'x'.repeat(257) } }, 'ValidationException'],
  ])('are refused with %j', async (more, name) => {
    await expect(start({}, more)).rejects.toMatchObject({ name });
  });
});

describe('the role of an experiment', () => {
  const roleArn = 'arn:aws:iam::000000000000:role/deployed';
  const allow = (Action: string, Resource: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource }] });

  it('needs the rights of the action when the deployed template has it', async () => {
    server.roles.registerRole(roleArn, [allow('ec2:DescribeInstances', '*')]);
    const { state, actions } = await begun({ more: { roleArn } });
    expect(state).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('is not authorized to perform: ec2:SendSpotInstanceInterruptions'),
      error: { accountId: '000000000000', code: 'AuthorizationFailure', location: 'interrupt' },
    });
    expect(actions['interrupt']?.state.status).toBe('failed');
    expect(recommended()).toEqual([]);
  });

  it('interrupts with these rights', async () => {
    const send = allow('ec2:SendSpotInstanceInterruptions', 'arn:aws:ec2:*:*:instance/*');
    server.roles.registerRole(roleArn, [allow('ec2:DescribeInstances', '*'), send]);
    expect((await begun({ more: { roleArn } })).state.status).toBe('running');
    expect(warned()).toHaveLength(1);
  });

  it('needs to read instances before it chooses some, and nothing more to skip its action', async () => {
    const more = { roleArn, experimentOptions: { emptyTargetResolutionMode: 'skip' } };
    const nobody = { target: { resourceTags: { team: 'nobody' } }, more };
    server.roles.registerRole(roleArn, []);
    expect((await begun(nobody)).state).toMatchObject({ error: { code: 'AuthorizationFailure', location: 'chosen' } });
    server.roles.registerRole(roleArn, [allow('ec2:DescribeInstances', '*')]);
    expect((await begun(nobody)).state.status).toBe('running');
  });
});
