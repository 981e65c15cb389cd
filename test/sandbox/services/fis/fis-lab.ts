import { afterEach, beforeEach } from '@jest/globals';
import { person } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import type { NewEvent } from '../../../../sandbox/services/events/contract.ts';
import { Experiments } from '../../../../sandbox/services/fis/experiments.ts';
import { fisService } from '../../../../sandbox/services/fis/service.ts';
import { Templates } from '../../../../sandbox/services/fis/templates.ts';
import type { World } from '../../../../sandbox/world/world.ts';
import { testServer } from '../../aws/support.ts';
import { addWorld } from '../../world/support.ts';
import { type Fis, fisClient, type Shown } from './fis-client.ts';

export let server: Awaited<ReturnType<typeof testServer>>;
export let world: World;
export let experiments: Experiments;
export let fis: Fis;
let emitted: NewEvent[];

const groups = [
  { name: 'spot', cluster: 'demo', spot: true, desired: 6, max: 8 },
  { name: 'fixed', cluster: 'demo', desired: 1, max: 2 },
];

/** A world with six Spot instances and another one, and FIS, for every test of a file. */
export function useExperiments(): void {
  beforeEach(async () => {
    server = await testServer();
    emitted = [];
    const emit = (event: NewEvent) => void emitted.push(event);
    world = await addWorld(server, { clusters: [{ name: 'demo' }], groups }, emit);
    const { clock, cloud, roles } = server;
    const random = seededRandom(3);
    const templates = new Templates(clock, random);
    experiments = new Experiments({ clock, roles, random, world, templates, emit });
    cloud.add(fisService(templates, experiments));
    fis = fisClient(server.server.endpoint);
  });
  afterEach(async () => {
    experiments.close();
    await world.close();
    await server.close();
  });
}

export const pass = (seconds: number) => server.clock.letPass(seconds * 1_000);

/** Details of the events so far, of one type. */
export const of = (detailType: string) =>
  emitted.filter((event) => event.detailType === detailType).map(({ detail }) => detail as Record<string, unknown>);
export const recommended = () => of('EC2 Instance Rebalance Recommendation').map((detail) => detail['instance-id']);
export const warned = () => of('EC2 Spot Instance Interruption Warning').map((detail) => detail['instance-id']);

export const spotIds = () =>
  world.fleet
    .all()
    .filter(({ spot }) => spot)
    .map(({ instanceId }) => instanceId);
export const stateOf = (id: string) => world.fleet.find(id)?.state;
const arnOf = (id: string) => `arn:aws:ec2:us-east-1:000000000000:instance/${id}`;

export const call = <Output>(service: string, operation: string, input: object) =>
  server.cloud.call<Output>(service, operation, input, person);
export const tag = (ids: readonly string[], Key: string, Value: string) =>
  call('ec2', 'CreateTags', { Resources: ids, Tags: [{ Key, Value }] });

/** What a request of CreateExperimentTemplate has in one place. */
export interface Given {
  readonly target?: object;
  readonly action?: object;
  readonly more?: object;
}

/** The template of AWS's tutorial, about the Spot instances of the group unless told otherwise. */
export function template({ target, action, more }: Given = {}): object {
  return {
    clientToken: crypto.randomUUID(),
    description: 'Test Spot Instance interruptions',
    targets: {
      chosen: {
        resourceType: 'aws:ec2:spot-instance',
        resourceTags: { 'aws:autoscaling:groupName': 'spot' },
        filters: [{ path: 'State.Name', values: ['running'] }],
        selectionMode: 'COUNT(1)',
        ...target,
      },
    },
    actions: {
      interrupt: {
        actionId: 'aws:ec2:send-spot-instance-interruptions',
        parameters: { durationBeforeInterruption: 'PT2M' },
        targets: { SpotInstances: 'chosen' },
        ...action,
      },
    },
    stopConditions: [{ source: 'none' }],
    roleArn: 'arn:aws:iam::000000000000:role/AllowFISSpotInterruptionActions',
    ...more,
  };
}

/** A target by the ARNs of instances. */
export const byArn = (...ids: readonly string[]) => ({
  resourceArns: ids.map(arnOf),
  resourceTags: undefined,
  filters: undefined,
  selectionMode: 'ALL',
});

export const start = async (given: Given = {}, more: object = {}): Promise<Shown> => {
  const { id } = await fis.create(template(given));
  return await fis.start({ clientToken: crypto.randomUUID(), experimentTemplateId: id, ...more });
};

/** Starts an experiment and gives it as it is when its targets have been chosen. */
export async function begun(given: Given = {}): Promise<Shown> {
  const { id } = await start(given);
  await pass(1);
  return await fis.get(id);
}
