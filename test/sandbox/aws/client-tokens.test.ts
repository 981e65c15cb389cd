import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsError, person } from '../../../sandbox/aws/contract.ts';
import { catalogue } from '../../../sandbox/aws/schema/catalogue.ts';
import { serviceModel } from '../../../sandbox/aws/schema/model.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { bootSandbox } from '../../../sandbox/sandbox.ts';
import { Experiments } from '../../../sandbox/services/fis/experiments.ts';
import { fisService } from '../../../sandbox/services/fis/service.ts';
import { Templates } from '../../../sandbox/services/fis/templates.ts';
import { Schedules } from '../../../sandbox/services/scheduler/schedules.ts';
import { schedulerService } from '../../../sandbox/services/scheduler/service.ts';
import { createStates, type States } from '../../../sandbox/services/states/states.ts';
import type { World } from '../../../sandbox/world/world.ts';
import { addWorld, worldFile } from '../world/support.ts';
import { testServer } from './support.ts';

const role = 'arn:aws:iam::000000000000:role/r';
const subnets = ['subnet-05a0db0c00000000a', 'subnet-05a0db0c00000000b'];
const queue = 'arn:aws:sqs:us-east-1:000000000000:inbox';

let server: Awaited<ReturnType<typeof testServer>>;
let world: World;
let states: States;

beforeEach(async () => {
  server = await testServer();
  const { cloud, clock } = server;
  const group = { name: 'workers', cluster: 'demo', desired: 1, max: 3, zones: ['us-east-1a'] };
  world = await addWorld(server, { clusters: [{ name: 'demo' }], groups: [group] });
  states = createStates({ cloud, clock, random: seededRandom(4), emit: () => undefined });
  cloud.add(...states.services);
  cloud.add(schedulerService(new Schedules({ cloud, random: seededRandom(4) })));
  const templates = new Templates(clock, seededRandom(4));
  const parts = { clock, roles: server.roles, random: seededRandom(4), world, templates, emit: () => undefined };
  cloud.add(fisService(templates, new Experiments(parts)));
});

afterEach(async () => {
  states.close();
  await world.close();
  await server.close();
});

const call = <Output = unknown>(service: string, operation: string, input: object) =>
  server.cloud.call<Output>(service, operation, input, person);
const failure = (outcome: Promise<unknown>) =>
  outcome.then(
    () => undefined,
    (error: unknown) => (error as AwsError).code,
  );

/** Every operation of which the SDK's schema says that clients make up a token. */
async function withToken(): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (const { name } of catalogue) {
    for (const { name: operation, input } of (await serviceModel(name)).operations.values()) {
      const members = input.isStructSchema() ? [...input.structIterator()] : [];
      if (members.some(([, schema]) => schema.isIdempotencyToken())) found.push([name, operation]);
    }
  }
  return found;
}

const wholeSandbox = () =>
  bootSandbox({
    assembly: { stackName: 's', template: { Resources: {} }, asset: () => '', warm: true },
    manifests: join(import.meta.dirname, '..', '..', '..', 'infra', 'kubernetes'),
    world: worldFile({ clusters: [{ name: 'demo' }] }),
    seed: 1,
    mode: 'skip',
    port: 0,
  });

interface Retried {
  readonly service: string;
  readonly operation: string;
  readonly token: string;
  readonly input: object;
  /** What makes it another request. */
  readonly other: object;
  readonly mismatch: string;
  /** What must be there before. */
  readonly before?: () => Promise<unknown>;
}

const target = { Arn: queue, RoleArn: role };
const schedule = {
  Name: 's',
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: target,
};
const createSchedule = () => call('scheduler', 'CreateSchedule', schedule);

const retried: readonly Retried[] = [
  {
    service: 'autoscaling',
    operation: 'LaunchInstances',
    token: 'ClientToken',
    input: { AutoScalingGroupName: 'workers', RequestedCapacity: 1, AvailabilityZones: ['us-east-1a'] },
    other: { RequestedCapacity: 2 },
    mismatch: 'IdempotentParameterMismatch',
  },
  {
    service: 'ec2',
    operation: 'RunInstances',
    token: 'ClientToken',
    input: { ImageId: 'ami-1', InstanceType: 'm5.large', MinCount: 2, MaxCount: 2 },
    other: { InstanceType: 'm5.xlarge' },
    mismatch: 'IdempotentParameterMismatch',
  },
  {
    service: 'ec2',
    operation: 'CreateLaunchTemplate',
    token: 'ClientToken',
    input: { LaunchTemplateName: 'one', LaunchTemplateData: { ImageId: 'ami-1', InstanceType: 'm5.large' } },
    other: { LaunchTemplateName: 'two' },
    mismatch: 'IdempotentParameterMismatch',
  },
  {
    service: 'eks',
    operation: 'CreateCluster',
    token: 'clientRequestToken',
    input: { name: 'c', roleArn: role, resourcesVpcConfig: { subnetIds: subnets } },
    other: { version: '1.35' },
    mismatch: 'InvalidParameterException',
  },
  {
    service: 'eks',
    operation: 'CreateNodegroup',
    token: 'clientRequestToken',
    input: { clusterName: 'demo', nodegroupName: 'n', nodeRole: role, subnets },
    other: { capacityType: 'SPOT' },
    mismatch: 'InvalidParameterException',
  },
  {
    service: 'eks',
    operation: 'CreateAccessEntry',
    token: 'clientRequestToken',
    input: { clusterName: 'demo', principalArn: role },
    other: { kubernetesGroups: ['g'] },
    mismatch: 'InvalidParameterException',
  },
  {
    service: 'fis',
    operation: 'CreateExperimentTemplate',
    token: 'clientToken',
    input: {
      description: 'd',
      stopConditions: [{ source: 'none' }],
      targets: {
        t: { resourceType: 'aws:ec2:spot-instance', resourceTags: { team: 'web' }, selectionMode: 'COUNT(1)' },
      },
      actions: {
        a: {
          actionId: 'aws:ec2:send-spot-instance-interruptions',
          parameters: { durationBeforeInterruption: 'PT2M' },
          targets: { SpotInstances: 't' },
        },
      },
      roleArn: role,
    },
    other: { description: 'another' },
    mismatch: 'ConflictException',
  },
  {
    service: 'scheduler',
    operation: 'CreateSchedule',
    token: 'ClientToken',
    input: schedule,
    other: { ScheduleExpression: 'rate(1 day)' },
    mismatch: 'ConflictException',
  },
  {
    service: 'scheduler',
    operation: 'UpdateSchedule',
    token: 'ClientToken',
    input: { ...schedule, ScheduleExpression: 'rate(2 hours)' },
    other: { ScheduleExpression: 'rate(1 day)' },
    mismatch: 'ConflictException',
    before: createSchedule,
  },
  {
    service: 'scheduler',
    operation: 'DeleteSchedule',
    token: 'ClientToken',
    input: { Name: 's' },
    other: { Name: 'another' },
    mismatch: 'ConflictException',
    before: createSchedule,
  },
  {
    service: 'scheduler',
    operation: 'CreateScheduleGroup',
    token: 'ClientToken',
    input: { Name: 'g' },
    other: { Name: 'another' },
    mismatch: 'ConflictException',
  },
  {
    service: 'scheduler',
    operation: 'DeleteScheduleGroup',
    token: 'ClientToken',
    input: { Name: 'g' },
    other: { Name: 'another' },
    mismatch: 'ConflictException',
    before: () => call('scheduler', 'CreateScheduleGroup', { Name: 'g' }),
  },
  {
    service: 'secretsmanager',
    operation: 'CreateSecret',
    token: 'ClientRequestToken',
    input: { Name: 's', SecretBinary: new Uint8Array([1]) },
    other: { SecretBinary: new Uint8Array([2]) },
    mismatch: 'ResourceExistsException',
  },
  {
    service: 'secretsmanager',
    operation: 'PutSecretValue',
    token: 'ClientRequestToken',
    input: { SecretId: 's', SecretBinary: new Uint8Array([1]) },
    other: { SecretBinary: new Uint8Array([2]) },
    mismatch: 'ResourceExistsException',
    before: () => call('secretsmanager', 'CreateSecret', { Name: 's' }),
  },
];

describe('a call with a client token', () => {
  it.each(retried)('is done once: $service $operation', async ({ service, operation, token, ...given }) => {
    await given.before?.();
    const input = { ...given.input, [token]: 'token-of-the-first-request' };
    const first = await call(service, operation, input);
    expect(await call(service, operation, input)).toEqual(first);
    expect(await failure(call(service, operation, { ...input, ...given.other }))).toBe(given.mismatch);
  });

  it('is known for every operation of the sandbox whose token clients fill in by themselves', async () => {
    // Their own tests: below, and test/sandbox/services/fis/experiments.test.ts.
    const elsewhere = ['states RedriveExecution', 'fis StartExperiment'];
    const known = [...retried.map(({ service, operation }) => `${service} ${operation}`), ...elsewhere];
    const sandbox = await wholeSandbox();
    try {
      const there = async (service: string, operation: string) => {
        // An empty input is refused by every operation here, but only after the question whether it is there at all.
        const code = await failure(sandbox.cloud.call(service, operation, {}, person));
        return code !== 'NotImplementedInSandbox';
      };
      const implemented: string[] = [];
      for (const [service, operation] of await withToken())
        if (await there(service, operation)) implemented.push(`${service} ${operation}`);
      expect(implemented.toSorted()).toEqual(known.toSorted());
    } finally {
      await sandbox.close();
    }
  });
});

describe('tokens of what is gone', () => {
  it('count no longer: a schedule is made and deleted again with the same tokens', async () => {
    const create = () => call('scheduler', 'CreateSchedule', { ...schedule, ClientToken: 'c' });
    const remove = () => call('scheduler', 'DeleteSchedule', { Name: 's', ClientToken: 'd' });
    const there = async () => failure(call('scheduler', 'GetSchedule', { Name: 's' }));
    for (const _ of [1, 2]) {
      await create();
      expect(await there()).toBeUndefined();
      await remove();
      expect(await there()).toBe('ResourceNotFoundException');
    }
  });

  it('count no longer: an access entry is made again', async () => {
    const entry = { clusterName: 'demo', principalArn: role };
    const create = () => call('eks', 'CreateAccessEntry', { ...entry, clientRequestToken: 'c' });
    await create();
    await call('eks', 'DeleteAccessEntry', entry);
    await create();
    const { accessEntries } = (await call('eks', 'ListAccessEntries', { clusterName: 'demo' })) as {
      accessEntries: string[];
    };
    expect(accessEntries).toContain(role);
  });
});

describe('RedriveExecution', () => {
  const failing = { StartAt: 'F', States: { F: { Type: 'Fail' } }, QueryLanguage: 'JSONata' };

  it('is done once for a token, for fifteen minutes', async () => {
    const { stateMachineArn } = await call<{ stateMachineArn: string }>('states', 'CreateStateMachine', {
      name: 'm',
      definition: JSON.stringify(failing),
      roleArn: role,
    });
    const { executionArn } = await call<{ executionArn: string }>('states', 'StartExecution', { stateMachineArn });
    const redrive = (clientToken: string) => call('states', 'RedriveExecution', { executionArn, clientToken });
    await server.clock.letPass(1_000);
    const first = await redrive('a');
    await server.clock.letPass(1_000);
    expect(await redrive('a')).toEqual(first);
    expect(await redrive('b')).not.toEqual(first);
    expect(await call('states', 'DescribeExecution', { executionArn })).toMatchObject({ redriveCount: 2 });
    await server.clock.letPass(900_000);
    expect(await redrive('a')).not.toEqual(first);
  });
});
