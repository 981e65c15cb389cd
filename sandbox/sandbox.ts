import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createCloud, type LocalCloud } from './aws/cloud.ts';
import { Iam } from './aws/iam/iam.ts';
import { startAwsServer } from './aws/wire/server.ts';
import { SandboxClock } from './clock.ts';
import { createCluster } from './kubernetes/cluster.ts';
import type { Cluster } from './kubernetes/contract.ts';
import { RemoteCluster } from './kubernetes/external/remote-cluster.ts';
import type { Condition, KubeObject } from './kubernetes/types/objects.ts';
import { seededRandom } from './random.ts';
import { MetricStore } from './services/cloudwatch/metric-store.ts';
import { cloudWatchService } from './services/cloudwatch/service.ts';
import { ServiceMetrics } from './services/cloudwatch/service-metrics.ts';
import { dynamoDbService } from './services/dynamodb/service.ts';
import { Buses } from './services/events/buses.ts';
import type { Disturbance } from './services/events/contract.ts';
import { eventsService } from './services/events/service.ts';
import { EventSourceMappings } from './services/lambda/event-source-mappings.ts';
import { LambdaRuntime } from './services/lambda/runtime.ts';
import { lambdaService } from './services/lambda/service.ts';
import { LogStore } from './services/logs/log-store.ts';
import { logsService } from './services/logs/service.ts';
import { Schedules } from './services/scheduler/schedules.ts';
import { schedulerService } from './services/scheduler/service.ts';
import { secretsManagerService } from './services/secrets-manager/service.ts';
import { sqsService } from './services/sqs/service.ts';
import { QueueStore } from './services/sqs/store.ts';
import { ssmService } from './services/ssm/service.ts';
import { createStates, type States } from './services/states/states.ts';
import { stsService } from './services/sts/service.ts';
import type { Assembly } from './synth.ts';
import { type Loaded, loadTemplate } from './template/load-template.ts';
import { createWorld, type World } from './world/world.ts';
import type { WorldFile } from './world/world-file.ts';

export interface SandboxOptions {
  readonly assembly: Assembly;
  /** Folder with the RBAC manifests that an operator applies to each cluster. */
  readonly manifests: string;
  /** The world to begin with. */
  readonly world: WorldFile;
  readonly seed: number;
  readonly mode: 'real' | 'skip';
  /** Of the AWS endpoint; 0 takes a free one. */
  readonly port: number;
  /** A real cluster in place of the world's first one; needs the `real` mode. */
  readonly kubeconfig?: string;
  /** Where that cluster's API server asks for token reviews. */
  readonly tokenReviewsPort?: number;
  readonly disturb?: Disturbance;
  /** Every line that a function writes. */
  readonly onLog?: (functionName: string, message: string) => void;
}

/** A running sandbox. */
export interface Sandbox {
  readonly clock: SandboxClock;
  readonly cloud: LocalCloud;
  readonly world: World;
  readonly states: States;
  readonly buses: Buses;
  readonly queues: QueueStore;
  readonly runtime: LambdaRuntime;
  readonly loaded: Loaded;
  readonly endpoint: string;
  /** Resolves when no work is open: no execution, no event on its way, nothing booting or ending. */
  untilIdle(): Promise<void>;
  /** In `skip` mode: lets so much time pass although no work is open. Milliseconds. */
  letPass(milliseconds: number): Promise<void>;
  /** Goes on with the wall clock: lets time pass until the sandbox's shows the same, if it is not ahead. */
  followWallClock(): Promise<void>;
  close(): Promise<void>;
}

/** The sandbox begins so far in the past: what is skipped must not bring it ahead of the clients that people use. */
const headStart = 900_000;

/** A whole second, because the time of an event is one: what follows from it shall not depend on when the sandbox began. */
function beginning(): number {
  return Math.floor((Date.now() - headStart) / 1_000) * 1_000;
}

/** Real milliseconds between two looks at whether work is open, and how often it must be quiet in a row. */
const look = { every: 5, quietLooks: 4 };

/** Boots the cloud: services, world and clusters first, then everything that the template declares. */
export async function bootSandbox(options: SandboxOptions): Promise<Sandbox> {
  let workOpen = () => true;
  const real = options.kubeconfig !== undefined;
  const clock = real
    ? new SandboxClock({ mode: 'real' })
    : new SandboxClock({ mode: 'skip', start: beginning(), mayJump: () => workOpen() });
  const seed = (part: number) => seededRandom(options.seed * 100 + part);
  const roles = new Iam(seed(1));
  let endpoint = '';
  const queues = new QueueStore({ clock, random: seed(2), endpoint: () => endpoint });
  const logs = new LogStore(clock);
  const metrics = new MetricStore(logs);
  const ofServices = new ServiceMetrics({ metrics, clock, queues });
  const runtime = new LambdaRuntime({
    clock,
    random: seed(3),
    roles,
    endpoint: () => endpoint,
    onLog: (entry) => {
      logs.write(entry);
      options.onLog?.(entry.functionName, entry.message);
    },
    onInvocation: (name, failed, milliseconds) => ofServices.ofInvocation(name, failed, milliseconds),
  });
  const mappings = new EventSourceMappings({ runtime, queues, roles, clock, random: seed(4) });
  const dynamo = dynamoDbService({ clock });
  const cloud = createCloud({
    clock,
    random: seed(5),
    roles,
    services: [
      sqsService({ clock, random: seed(6), store: queues }),
      dynamo,
      ssmService({ clock }),
      secretsManagerService({ clock, random: seed(7) }),
      stsService({ clock, roles }),
      logsService(logs),
      cloudWatchService({ clock, metrics }),
      lambdaService(runtime, mappings),
    ],
  });
  const buses = new Buses({ cloud, random: seed(8), ...(options.disturb && { disturb: options.disturb }) });
  cloud.add(eventsService(buses));
  const schedules = new Schedules({ cloud, random: seed(11) });
  cloud.add(schedulerService(schedules));
  const emit = (event: Parameters<Buses['emit']>[0]) => {
    ofServices.ofEvent(event);
    buses.emit(event);
  };
  const states = createStates({ cloud, clock, random: seed(9), emit });
  cloud.add(states.service);
  const server = await startAwsServer(cloud, { port: options.port, whileServing: runtime.whileServing });
  endpoint = server.endpoint;
  const world = await createWorld(
    {
      clock,
      random: seed(10),
      roles,
      emit,
      createCluster: clusterMaker(options),
      manifests: readManifests(options.manifests),
    },
    options.world,
  );
  for (const service of world.services) cloud.add(service);
  const { assembly } = options;
  const destination = { cloud, roles, runtime, stackName: assembly.stackName, asset: assembly.asset };
  const loaded = await loadTemplate(assembly.template, destination);

  await untilConverged(clock, [...world.clusters.values()]);
  const sources = new Set(mappings.all().map(({ queueArn }) => queueArn));
  let passing = 0;
  workOpen = () =>
    passing > 0 ||
    states.openExecutions() > 0 ||
    buses.open > 0 ||
    schedules.open > 0 ||
    runtime.queued > 0 ||
    !world.settled() ||
    queues.all().some((queue) => sources.has(queue.arn) && waiting(queue.counts()) > 0);
  const letPass = async (milliseconds: number) => {
    passing += 1;
    clock.poke();
    await clock.sleep(milliseconds);
    passing -= 1;
  };
  const followWallClock = async () => {
    const behind = Date.now() - clock.now();
    if (behind > 0) await letPass(behind);
    clock.setMode('real');
  };
  if (options.mode === 'real' && !real) await followWallClock();

  return {
    clock,
    cloud,
    world,
    states,
    buses,
    queues,
    runtime,
    loaded,
    endpoint,
    async untilIdle() {
      for (let quiet = 0; quiet < look.quietLooks; ) {
        clock.poke();
        await new Promise((resolve) => setTimeout(resolve, look.every));
        quiet = workOpen() || clock.running().length > 0 ? 0 : quiet + 1;
      }
    },
    letPass,
    followWallClock,
    async close() {
      states.close();
      mappings.close();
      runtime.close();
      await server.close();
      await world.close();
      await dynamo.close();
      clock.close();
    },
  };
}

/** Makes the world's clusters; the first one is the real one when there is one. */
function clusterMaker({ kubeconfig, tokenReviewsPort = 0 }: SandboxOptions): typeof createCluster {
  let left = kubeconfig;
  return async (given) => {
    if (left === undefined) return await createCluster(given);
    const cluster = RemoteCluster.connect({ ...given, kubeconfig: left, tokenReviewsPort });
    left = undefined;
    return await cluster;
  };
}

/** A world that cannot place all its pods is shown as it is after this long. Milliseconds on the sandbox's clock. */
const longestConvergence = 120_000;

/** Lets schedulers, kubelets and controllers bring the world's workloads up. */
async function untilConverged(clock: SandboxClock, clusters: readonly Cluster[]): Promise<void> {
  const until = clock.now() + longestConvergence;
  const converged = () => clusters.every(({ store }) => store.list('pods').every(isUp));
  do await clock.sleep(1_000);
  while (!converged() && clock.now() < until);
}

function isUp({ status }: KubeObject): boolean {
  const { phase, conditions = [] } = (status ?? {}) as { phase?: string; conditions?: readonly Condition[] };
  return phase === 'Succeeded' || conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

function waiting(counts: { readonly visible: number; readonly inFlight: number; readonly delayed: number }): number {
  return counts.visible + counts.inFlight + counts.delayed;
}

function readManifests(folder: string): object[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map((document) => document.toJS() as object)
    .filter((manifest) => manifest !== null);
}
