import type { LocalCloud } from './aws/cloud.ts';
import type { Iam } from './aws/iam/iam.ts';
import { FrontDoor } from './aws/wire/front-door.ts';
import type { SandboxClock } from './clock.ts';
import type { SandboxOptions } from './contract.ts';
import { clusterMaker } from './kubernetes/external/cluster-maker.ts';
import type { LocalNetwork } from './network/local-network.ts';
import { type Part, part } from './part.ts';
import type { Random } from './random.ts';
import { Alarms } from './services/cloudwatch/alarms.ts';
import { MetricStore } from './services/cloudwatch/metric-store.ts';
import { cloudWatchService } from './services/cloudwatch/service.ts';
import { ServiceMetrics } from './services/cloudwatch/service-metrics.ts';
import { dynamoDbService } from './services/dynamodb/service.ts';
import { Buses } from './services/events/buses.ts';
import type { Disturbance, NewEvent } from './services/events/contract.ts';
import { eventsService } from './services/events/service.ts';
import { Experiments } from './services/fis/experiments.ts';
import { fisService } from './services/fis/service.ts';
import { Templates } from './services/fis/templates.ts';
import { EventSourceMappings } from './services/lambda/event-source-mappings.ts';
import { functionNetworks } from './services/lambda/function-networks.ts';
import { lambdaPart } from './services/lambda/part.ts';
import { LambdaRuntime } from './services/lambda/runtime.ts';
import { LogStore } from './services/logs/log-store.ts';
import { logsService } from './services/logs/service.ts';
import { Schedules } from './services/scheduler/schedules.ts';
import { schedulerService } from './services/scheduler/service.ts';
import { secretsManagerService } from './services/secrets-manager/service.ts';
import { Outbox } from './services/sns/outbox.ts';
import { snsService } from './services/sns/service.ts';
import { Topics } from './services/sns/topics.ts';
import { sqsService } from './services/sqs/service.ts';
import { QueueStore } from './services/sqs/store.ts';
import { ssmService } from './services/ssm/service.ts';
import { createStates, type States } from './services/states/states.ts';
import { stsService } from './services/sts/service.ts';
import { TemplatePart } from './template/template-part.ts';
import type { Sky } from './weather/contract.ts';
import type { World } from './world/contract.ts';
import { readManifests } from './world/read-manifests.ts';
import { untilConverged } from './world/until-converged.ts';
import { createWorld } from './world/world.ts';

/** What every room is built on. */
export interface Foundation {
  readonly clock: SandboxClock;
  readonly roles: Iam;
  readonly cloud: LocalCloud;
  /** None when it is calm. */
  readonly weather: Sky | undefined;
  /** For clients in this process. */
  readonly network: LocalNetwork;
  /** A stream of random numbers for each part, so that what one draws never changes another. */
  readonly random: (stream: number) => Random;
}

export interface Rooms {
  /** In the order in which they open. */
  readonly parts: readonly Part[];
  readonly door: FrontDoor;
  readonly queues: QueueStore;
  readonly runtime: LambdaRuntime;
  readonly buses: Buses;
  readonly states: States;
  readonly world: World;
  readonly template: TemplatePart;
  readonly alarms: Alarms;
  readonly outbox: Outbox;
}

/** Every room of the sandbox, none of them open yet. */
export function createRooms(base: Foundation, options: SandboxOptions): Rooms {
  const { clock, roles, cloud, random } = base;
  const whileServing = (key: string) => runtime.whileServing(key);
  const waits = !options.inProcess && { whileServing };
  const door = new FrontDoor(cloud, { port: options.port, network: base.network, ...waits });
  const queues = new QueueStore({ clock, random: random(2), endpoint: () => door.endpoint });
  const watching = observability(base, queues);
  const outbox = new Outbox();
  const runtime = functionsOf(base, options, { door, watching, world: () => world });
  const mappings = new EventSourceMappings({ runtime, queues, roles, clock, random: random(4) });
  const buses = new Buses({
    cloud,
    random: random(8),
    onFailed: (failed) => watching.ofServices.ofFailedDelivery(failed),
    ...disturbance(base, options),
  });
  const schedules = new Schedules({ cloud, random: random(11) });
  const emit = (event: NewEvent) => {
    watching.ofServices.ofEvent(event);
    buses.emit(event);
  };
  const states = createStates({ cloud, clock, random: random(9), emit });
  const world = worldOf(base, options, emit, options.inProcess ? undefined : whileServing);
  const { assembly } = options;
  const { stackName, asset } = assembly;
  const template = new TemplatePart(assembly.template, { cloud, roles, runtime, stackName, asset });
  const parts = [
    part([sqsService({ clock, random: random(6), store: queues })]),
    part([snsService(new Topics({ clock, random: random(12), outbox }))]),
    ...stores(base),
    watching.part,
    door.part,
    world,
    experimentsOn(world, base, emit),
    lambdaPart(runtime, mappings, queues),
    part([eventsService(buses)], { settled: () => buses.open === 0 }),
    part([schedulerService(schedules)], { settled: () => schedules.open === 0 }),
    states,
    template.part,
    part([], { open: async () => await untilConverged(clock, [...world.clusters.values()]) }),
  ];
  return { parts, door, queues, runtime, buses, states, world, template, alarms: watching.alarms, outbox };
}

/** What happens to events on their way: what a test wants, or what the weather does. */
function disturbance({ weather }: Foundation, { disturb }: SandboxOptions): { readonly disturb?: Disturbance } {
  if (disturb) return { disturb };
  return weather ? { disturb: (_event, target) => weather.delays(target.Arn) } : {};
}

/** Services that keep what they are given and start nothing by themselves. */
function stores({ clock, roles, random }: Foundation): Part[] {
  const dynamo = dynamoDbService({ clock });
  return [
    part([dynamo], { close: () => dynamo.close() }),
    part([ssmService({ clock }), secretsManagerService({ clock, random: random(7) }), stsService({ clock, roles })]),
  ];
}

/** AWS FIS, which takes Spot instances of the world away. */
function experimentsOn(world: World, { clock, roles, random }: Foundation, emit: (event: NewEvent) => void): Part {
  const ids = random(13);
  const templates = new Templates(clock, ids);
  const experiments = new Experiments({ clock, random: ids, roles, world, templates, emit });
  return part([fisService(templates, experiments)], {
    settled: () => experiments.open === 0,
    close: () => experiments.close(),
  });
}

interface Observability {
  readonly part: Part;
  readonly logs: LogStore;
  readonly alarms: Alarms;
  readonly ofServices: ServiceMetrics;
}

function observability({ clock, cloud }: Foundation, queues: QueueStore): Observability {
  const logs = new LogStore(clock);
  const metrics = new MetricStore(logs);
  const ofServices = new ServiceMetrics({ metrics, clock, queues });
  const alarms = new Alarms({ cloud, metrics });
  const services = [logsService(logs), cloudWatchService({ clock, metrics, alarms })];
  return {
    part: part(services, { open: () => alarms.watch(), settled: () => alarms.acting === 0 }),
    logs,
    ofServices,
    alarms,
  };
}

function functionsOf(
  { clock, roles, random, network, weather }: Foundation,
  options: SandboxOptions,
  {
    door,
    watching,
    world,
  }: { readonly door: FrontDoor; readonly watching: Observability; readonly world: () => World },
): LambdaRuntime {
  return new LambdaRuntime({
    clock,
    random: random(3),
    roles,
    endpoint: () => door.endpoint,
    networks: functionNetworks(world, roles),
    inProcess: options.inProcess ? network : undefined,
    weather,
    onLog: (entry) => {
      watching.logs.write(entry);
      options.onLog?.(entry.functionName, entry.message);
    },
    onInvocation: (name, failed, milliseconds) => watching.ofServices.ofInvocation(name, failed, milliseconds),
    onThrottle: (name) => watching.ofServices.ofThrottle(name),
  });
}

function worldOf(
  { clock, roles, random, network, weather }: Foundation,
  options: SandboxOptions,
  emit: (event: NewEvent) => void,
  whileServing: ((accessKeyId: string) => () => Promise<void>) | undefined,
): World {
  const manifests = readManifests(options.manifests);
  const parts = {
    clock,
    random: random(10),
    roles,
    emit,
    createCluster: clusterMaker(options, { network, weather, witness: options.witness, whileServing }),
    manifests,
    lag: weather && ((service: string, caller: string) => weather.lag(service, caller)),
  };
  return createWorld(parts, options.world);
}
