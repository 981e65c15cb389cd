import { join } from 'node:path';
import { person } from '../../sandbox/aws/contract.ts';
import { type ExecutionResult, executionResults } from '../../sandbox/console/results.ts';
import { busiestSpot } from '../../sandbox/drills/drills.ts';
import type { Cluster } from '../../sandbox/kubernetes/contract.ts';
import type { KubeObject } from '../../sandbox/kubernetes/types/objects.ts';
import { bootSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import type { Disturbance } from '../../sandbox/services/events/contract.ts';
import { synthesize } from '../../sandbox/synth.ts';
import type { Sky, WeatherOptions } from '../../sandbox/weather/contract.ts';
import { readWorldFile } from '../../sandbox/world/world-file.ts';
import { HeldTime } from '../sandbox/held-time.ts';

const root = join(import.meta.dirname, '..', '..');

/** A Monday, at ten: alarms look at whole minutes, and schedules at the time of day. */
const begins = Date.UTC(2026, 0, 5, 10);

export interface ScenarioOptions {
  /** Functions run in processes of their own, as in `npm start`; in this one by default. */
  readonly processes?: boolean;
  readonly disturb?: Disturbance;
  readonly weather?: WeatherOptions | Sky;
  readonly seed?: number;
  /** Another file than the demo world's. */
  readonly world?: string;
  /** Another file than the project's `steward.yaml`. */
  readonly config?: string;
  /** The cluster that `cluster` is. */
  readonly about?: string;
  readonly mode?: 'real' | 'skip';
  /** A real cluster in place of the built-in one, which goes with the wall clock. */
  readonly kubeconfig?: string;
  readonly tokenReviewsPort?: number;
}

/**
 * The sandbox as `npm start` boots it, on free ports. Time skips, and only inside of `untilIdle`, `letPass`, `goUntil` and `during`: between them
 * the world stands still for the test, unless the clock goes with the wall clock.
 */
export class Scenario {
  readonly sandbox: Sandbox;
  readonly cluster: Cluster;
  /** An interruptible instance of the demo world. */
  readonly spot: string;
  readonly #time: HeldTime;

  private constructor(sandbox: Sandbox, cluster: Cluster, spot: string) {
    this.sandbox = sandbox;
    this.cluster = cluster;
    this.spot = spot;
    this.#time = new HeldTime(sandbox.clock);
  }

  static async start(options: ScenarioOptions = {}): Promise<Scenario> {
    const { processes = false } = options;
    const sandbox = await bootSandbox({
      assembly: await synthesize(root, options.config),
      manifests: join(root, 'infra', 'kubernetes'),
      world: readWorldFile(options.world ?? join(root, 'sandbox', 'worlds', 'demo.yaml')),
      seed: options.seed ?? 7,
      begins,
      inProcess: !processes && options.kubeconfig === undefined,
      mode: options.kubeconfig === undefined ? 'skip' : 'real',
      port: 0,
      ...(options.kubeconfig !== undefined && { kubeconfig: options.kubeconfig }),
      ...(options.tokenReviewsPort !== undefined && { tokenReviewsPort: options.tokenReviewsPort }),
      ...(options.disturb && { disturb: options.disturb }),
      ...(options.weather && { weather: options.weather }),
    });
    await sandbox.untilIdle();
    if (options.mode === 'real') sandbox.clock.setMode('real');
    const { about = 'demo' } = options;
    const cluster = sandbox.world.clusters.get(about);
    if (!cluster) throw new Error(`the world has no cluster ${about}`);
    return new Scenario(sandbox, cluster, await busiestSpot(sandbox));
  }

  async call<Output>(service: string, operation: string, input: object): Promise<Output> {
    return await this.sandbox.cloud.call<Output>(service, operation, input, person);
  }

  /** Every execution so far, oldest first. */
  async executions(): Promise<ExecutionResult[]> {
    return await executionResults(this.sandbox);
  }

  async machineArn(workflow = 'node-replacement'): Promise<string> {
    const { stateMachines } = await this.call<{ stateMachines: { stateMachineArn: string; name: string }[] }>(
      'states',
      'ListStateMachines',
      {},
    );
    return stateMachines.find(({ name }) => name.endsWith(workflow))?.stateMachineArn ?? '';
  }

  /** A person's execution. */
  async run(input: object, name?: string, workflow?: string): Promise<string> {
    const start = {
      stateMachineArn: await this.machineArn(workflow),
      input: JSON.stringify(input),
      ...(name !== undefined && { name }),
    };
    return (await this.call<{ executionArn: string }>('states', 'StartExecution', start)).executionArn;
  }

  /** The node of an instance, by its providerID. */
  nodeOf(instanceId: string): KubeObject | undefined {
    return this.cluster.store
      .list('nodes')
      .find((node) => (node.spec as { providerID?: string }).providerID?.endsWith(instanceId));
  }

  isCordoned(instanceId: string): boolean {
    const spec = (this.nodeOf(instanceId)?.spec ?? {}) as { unschedulable?: boolean };
    return spec.unschedulable === true;
  }

  podsOn(nodeName: string): string[] {
    return this.cluster.store.podsOnNode(nodeName).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }

  /** Pods that are neither Running and Ready nor finished. */
  unready(): string[] {
    const ready = (pod: KubeObject) => {
      const status = pod.status as { phase?: string; conditions?: { type: string; status: string }[] };
      return (
        status.phase === 'Succeeded' ||
        status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')
      );
    };
    return this.cluster.store
      .list('pods')
      .filter((pod) => !ready(pod))
      .map(({ metadata }) => metadata.name);
  }

  async group(name: string): Promise<{ desired: number; inService: string[] }> {
    const { AutoScalingGroups } = await this.call<{
      AutoScalingGroups: { DesiredCapacity: number; Instances?: { InstanceId: string; LifecycleState: string }[] }[];
    }>('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] });
    const group = AutoScalingGroups[0];
    const inService = group?.Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService') ?? [];
    return { desired: group?.DesiredCapacity ?? 0, inService: inService.map(({ InstanceId }) => InstanceId) };
  }

  async putEvents(...entries: object[]): Promise<void> {
    for (let from = 0; from < entries.length; from += 10) {
      await this.call('events', 'PutEvents', { Entries: entries.slice(from, from + 10) });
    }
  }

  /** What a Spot interruption looks like, without the instance being taken away. */
  warning(instanceId: string): object {
    return {
      Source: 'aws.ec2',
      DetailType: 'EC2 Spot Instance Interruption Warning',
      Detail: JSON.stringify({ 'instance-id': instanceId, 'instance-action': 'terminate' }),
    };
  }

  /** Lets time pass until no work is open. */
  async untilIdle(): Promise<void> {
    await this.#time.during(async () => await this.sandbox.untilIdle());
  }

  /** Lets so many milliseconds pass, whether or not work is open. */
  async letPass(milliseconds: number): Promise<void> {
    await this.#time.during(async () => await this.sandbox.letPass(milliseconds));
  }

  /** Lets time pass, as long as work is open, until something holds, which is looked at in every turn of the event loop. */
  async goUntil(holds: () => boolean): Promise<void> {
    await this.#time.goUntil(holds);
  }

  /** Lets time pass, as long as work is open, while `play` is under way. */
  async during<T>(play: () => Promise<T>): Promise<T> {
    return await this.#time.during(play);
  }

  async end(): Promise<void> {
    await this.sandbox.close();
  }
}
