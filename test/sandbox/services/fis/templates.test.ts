import { describe, expect, it } from '@jest/globals';
import { byArn, call, fis, type Given, server, template, useExperiments } from './fis-lab.ts';

useExperiments();

const spotAction = 'aws:ec2:send-spot-instance-interruptions';
const duration = (durationBeforeInterruption: string) => ({ action: { parameters: { durationBeforeInterruption } } });
const actions = (count: number) => {
  const one = {
    actionId: spotAction,
    parameters: { durationBeforeInterruption: 'PT2M' },
    targets: { SpotInstances: 'chosen' },
  };
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, one]));
};

describe('an experiment template', () => {
  it('is shown as it was made, with the defaults of its options', async () => {
    const given = { more: { tags: { Name: 'mine' } } };
    const made = await fis.create(template(given));
    const { clientToken: _, ...shown } = template(given) as Record<string, unknown>;
    expect(made).toMatchObject({
      ...shown,
      id: expect.stringMatching(/^EXT\w{14}$/),
      arn: `arn:aws:fis:us-east-1:000000000000:experiment-template/${made.id}`,
      creationTime: server.clock.now() / 1_000,
      experimentOptions: { accountTargeting: 'single-account', emptyTargetResolutionMode: 'fail' },
    });
    expect(await fis.template(made.id)).toEqual(made);
    expect(await fis.templates()).toEqual([expect.objectContaining({ id: made.id, tags: { Name: 'mine' } })]);
  });

  it('is no longer there when it is deleted', async () => {
    const { id } = await fis.create(template());
    await fis.remove(id);
    expect(await fis.templates()).toEqual([]);
    for (const gone of [fis.template(id), fis.remove(id)])
      await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });

  it.each<[string, Given]>([
    ['no description', { more: { description: undefined } }],
    ['a description of more than 512 characters', { more: { description: 'x'.repeat(513) } }],
    ['a role that is none', { more: { roleArn: 'arn:aws:iam::000000000000:user/somebody' } }],
    ['no action', { more: { actions: {} } }],
    ['an action that is none', { action: { actionId: 'interrupt' } }],
    ['no duration', { action: { parameters: {} } }],
    ['a duration of less than two minutes', duration('PT119S')],
    ['a duration of more than 15 minutes', duration('PT15M1S')],
    ['a duration that is none', duration('2 minutes')],
    ['another parameter', { action: { parameters: { durationBeforeInterruption: 'PT2M', percent: '5' } } }],
    ['another target of the action', { action: { targets: { SpotInstances: 'chosen', Instances: 'chosen' } } }],
    ['no target of the action', { action: { targets: {} } }],
    ['a target that the template does not have', { action: { targets: { SpotInstances: 'other' } } }],
    ['ARNs and tags', { target: { ...byArn('i-1'), resourceTags: { a: 'b' } } }],
    ['neither ARNs nor tags', { target: { resourceTags: {} } }],
    ['ARNs and filters', { target: { ...byArn('i-1'), filters: [{ path: 'State.Name', values: ['running'] }] } }],
    ['six ARNs', { target: byArn('i-1', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6') }],
    [
      'an ARN of something else',
      { target: { ...byArn(), resourceArns: ['arn:aws:ec2:us-east-1:000000000000:volume/vol-1'] } },
    ],
    ['parameters of a target', { target: { parameters: { cluster: 'demo' } } }],
    ['COUNT(0)', { target: { selectionMode: 'COUNT(0)' } }],
    ['PERCENT(101)', { target: { selectionMode: 'PERCENT(101)' } }],
    ['another selection', { target: { selectionMode: 'SOME' } }],
    ['another stop condition', { more: { stopConditions: [{ source: 'alarm' }] } }],
    ['another option', { more: { experimentOptions: { emptyTargetResolutionMode: 'ignore' } } }],
    ['a member that is none', { more: { name: 'mine' } }],
    ['51 tags', { more: { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])) } }],
  ])('is invalid with %s', async (_, given) => {
    await expect(fis.create(template(given))).rejects.toMatchObject({ name: 'ValidationException', status: 400 });
  });

  it.each<[string, Given, string]>([
    ['eleven parallel actions', { more: { actions: actions(11) } }, '10 parallel actions'],
    ['six stop conditions', { more: { stopConditions: Array(6).fill({ source: 'none' }) } }, '5 stop conditions'],
  ])('is over the quota with %s', async (_, given, limit) => {
    await expect(fis.create(template(given))).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      status: 402,
      message: expect.stringContaining(limit),
    });
  });

  it.each<[string, Given]>([
    ['the action aws:ec2:stop-instances', { action: { actionId: 'aws:ec2:stop-instances' } }],
    ['targets of type aws:ec2:instance', { target: { resourceType: 'aws:ec2:instance' } }],
    ["the filter 'VpcId'", { target: { filters: [{ path: 'VpcId', values: ['vpc-1'] }] } }],
    ["the filter 'state.name'", { target: { filters: [{ path: 'state.name', values: ['running'] }] } }],
    ['startAfter', { action: { startAfter: ['other'] } }],
    ['the stop condition aws:cloudwatch:alarm', { more: { stopConditions: [{ source: 'aws:cloudwatch:alarm' }] } }],
    ['an empty list of stop conditions', { more: { stopConditions: [] } }],
    ['multi-account experiments', { more: { experimentOptions: { accountTargeting: 'multi-account' } } }],
    ['logConfiguration', { more: { logConfiguration: { logSchemaVersion: 2 } } }],
    ['experimentReportConfiguration', { more: { experimentReportConfiguration: { outputs: {} } } }],
  ])('is refused by name: %s', async (what, given) => {
    await expect(fis.create(template(given))).rejects.toMatchObject({
      name: 'NotImplementedInSandbox',
      status: 501,
      message: expect.stringContaining(what),
    });
  });
});

describe('the actions of FIS', () => {
  it('are one', async () => {
    const [action, ...others] = await fis.actions();
    expect([action?.id, others]).toEqual([spotAction, []]);
    expect(await fis.action(spotAction)).toMatchObject({
      arn: `arn:aws:fis:us-east-1:000000000000:action/${spotAction}`,
      targets: { SpotInstances: { resourceType: 'aws:ec2:spot-instance' } },
      parameters: { durationBeforeInterruption: { required: true } },
    });
    await expect(fis.action('aws:fis:wait')).rejects.toMatchObject({ name: 'NotImplementedInSandbox', status: 501 });
    await expect(fis.action('wait')).rejects.toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });

  it('are found by their path without a signature', async () => {
    expect((await fetch(`${server.server.endpoint}/actions`)).status).toBe(200);
  });

  it('leave other operations refused by name', async () => {
    const update = fis.send('PATCH', '/experimentTemplates/EXT1', { description: 'other' });
    await expect(update).rejects.toMatchObject({
      name: 'NotImplementedInSandbox',
      message: expect.stringContaining('UpdateExperimentTemplate'),
    });
  });
});

describe('a role that calls FIS', () => {
  const roleArn = 'arn:aws:iam::000000000000:role/tester';
  const principal = { kind: 'role', roleArn, sessionName: 's' } as const;
  const as = (operation: string, input: object) => server.cloud.call('fis', operation, input, principal);
  const allow = (Action: string, ...Resource: string[]) => ({ Statement: [{ Effect: 'Allow', Action, Resource }] });
  const fisArn = (rest: string) => `arn:aws:fis:*:*:${rest}`;

  it('needs rights to template and experiment to start one', async () => {
    const { experimentTemplate } = await call<{ experimentTemplate: { id: string } }>(
      'fis',
      'CreateExperimentTemplate',
      JSON.parse(JSON.stringify(template())),
    );
    const start = () => as('StartExperiment', { clientToken: 't', experimentTemplateId: experimentTemplate.id });
    server.roles.registerRole(roleArn, [allow('fis:StartExperiment', fisArn('experiment-template/*'))]);
    await expect(start()).rejects.toMatchObject({ code: 'AccessDeniedException' });
    server.roles.registerRole(roleArn, [
      allow('fis:StartExperiment', fisArn('experiment-template/*'), fisArn('experiment/*')),
    ]);
    await expect(start()).resolves.toMatchObject({ experiment: { state: { status: 'initiating' } } });
  });

  it('needs rights to the action to make a template', async () => {
    const create = () => as('CreateExperimentTemplate', JSON.parse(JSON.stringify(template())));
    server.roles.registerRole(roleArn, [allow('fis:CreateExperimentTemplate', fisArn('experiment-template/*'))]);
    await expect(create()).rejects.toMatchObject({ code: 'AccessDeniedException' });
    server.roles.registerRole(roleArn, [allow('fis:CreateExperimentTemplate', fisArn('*'))]);
    await expect(create()).resolves.toMatchObject({ experimentTemplate: { tags: {} } });
  });
});
