import { join } from 'node:path';
import { checkClusters } from './configuration.ts';
import { line, painter } from './console/print.ts';
import { recordAll } from './console/recorders.ts';
import { type DrillResult, drillOutcome, endedWell, executionResults } from './console/results.ts';
import { clockJump, greeting, hints, outcome, synthesizing, usage } from './console/texts.ts';
import { Timeline } from './console/timeline.ts';
import { announce } from './drills/announcement.ts';
import type { Drill } from './drills/contract.ts';
import { serveDrills } from './drills/drill-server.ts';
import { drillNamed, drills, knownDrill, spotInstances } from './drills/drills.ts';
import { templateDrills } from './drills/template-drills.ts';
import { type Flags, type Replay, readFlags } from './flags.ts';
import { InputError } from './input.ts';
import { Interruption } from './interruption.ts';
import { keepKubeconfig } from './kubeconfig.ts';
import { replayHistory } from './replay.ts';
import { bootSandbox, type Sandbox } from './sandbox.ts';
import { type Assembly, synthesize } from './synth.ts';
import { readWorldFile, type WorldFile } from './world/world-file.ts';

const root = join(import.meta.dirname, '..');
/** For the hints in a world that has no Spot instance. */
const exampleInstance = 'i-0123456789abcdef0';

try {
  process.exitCode = await run(readFlags(process.argv.slice(2)));
} catch (error) {
  const message = explanationOf(error);
  if (message === undefined) throw error;
  console.error(`npm start: ${message}`);
  // Not only the exit code: what had begun when a port was taken keeps Node alive.
  process.exit(2);
}

async function run(flags: Flags): Promise<number> {
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  const interruption = new Interruption();
  const print = flags.json ? () => undefined : (text: string) => console.log(text);
  const paint = painter(process.stdout);
  // What is wrong with a file is said before the template is made.
  const known = knownDrill(flags.drill);
  if (flags.replay) return await replay(flags, flags.replay, print);
  const world = readWorldFile(flags.world);
  checkClusters(world, root, flags.config);
  const assembly = await synthesize(root, flags.config, () => print(paint('dim', synthesizing)));
  const all = { ...drills, ...templateDrills(assembly.template, assembly.stackName) };
  const drill = known ?? drillNamed(flags.drill, all);
  const began = performance.now();
  const logs = new Set<(text: string) => void>();
  const sandbox = await boot(flags, world, assembly, logs);
  const kubeconfig = kubeconfigOf(sandbox);
  const real = flags.kubeconfig !== undefined;
  print(greeting(sandbox, { seconds: (performance.now() - began) / 1_000, kubeconfig, real }, paint));

  const timeline = new Timeline(
    () => sandbox.clock.now(),
    (entry, deadline) => print(line(entry, deadline === undefined ? undefined : deadline - sandbox.clock.now(), paint)),
  );
  const result = await play(sandbox, drill, flags.drill, timeline, logs);
  if (flags.json) console.log(JSON.stringify(result));
  print(outcome(result, paint));
  if (!flags.once && !flags.json) {
    await stayUp(sandbox, all, { kubeconfig, timeline, real, ended: interruption.wait() });
  }
  await sandbox.close();
  return endedWell(result.executions) ? 0 : 1;
}

async function replay(flags: Flags, given: Replay, print: (text: string) => void): Promise<number> {
  const paint = painter(process.stdout);
  const assembly = await synthesize(root, undefined, () => print(paint('dim', synthesizing)));
  await replayHistory({ replay: given, weather: flags.weather.name, assembly, paint, print });
  return 0;
}

async function boot(
  flags: Flags,
  world: WorldFile,
  assembly: Assembly,
  logs: ReadonlySet<(text: string) => void>,
): Promise<Sandbox> {
  const sandbox = await bootSandbox({
    assembly,
    manifests: join(root, 'infra', 'kubernetes'),
    world,
    seed: flags.seed,
    weather: flags.weather,
    mode: flags.kubeconfig === undefined ? flags.clock : 'real',
    port: flags.port,
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    tokenReviewsPort: flags.tokenReviews,
    onLog: (name, message) => {
      if (flags.logs) console.error(`${name}: ${message}`);
      for (const record of logs) record(message);
    },
  });
  await sandbox.untilIdle();
  return sandbox;
}

/** A file for each port, because a port belongs to one sandbox at a time. It goes with this process, however that ends. */
function kubeconfigOf({ world, endpoint }: Sandbox): string {
  const path = join(root, '.sandbox', `kubeconfig-${new URL(endpoint).port}`);
  process.once('exit', keepKubeconfig(world, path));
  return path;
}

async function play(
  sandbox: Sandbox,
  drill: Drill,
  name: string,
  timeline: Timeline,
  logs: Set<(text: string) => void>,
): Promise<DrillResult> {
  const { runs, log } = recordAll(sandbox, timeline);
  logs.add(log);
  timeline.restart();
  await drill(sandbox);
  await sandbox.untilIdle();
  const executions = await executionResults(sandbox, runs);
  return {
    drill: name,
    outcome: drillOutcome(executions),
    seconds: timeline.seconds(),
    executions,
    timeline: timeline.entries,
  };
}

interface Stay {
  readonly kubeconfig: string;
  readonly timeline: Timeline;
  /** Is its first cluster a real one? */
  readonly real: boolean;
  readonly ended: Promise<void>;
}

/**
 * Lets the clock run as people's does, if it is not that of a real cluster's sandbox, which has all along; plays what they ask for,
 * until they end it.
 */
async function stayUp(
  sandbox: Sandbox,
  all: Readonly<Record<string, Drill>>,
  { kubeconfig, timeline, real, ended }: Stay,
): Promise<void> {
  const jump = real ? undefined : clockJump(Date.now() - sandbox.clock.now());
  if (jump !== undefined) timeline.add('  clock', jump);
  if (!real) await sandbox.followWallClock();
  const server = await serveDrills(sandbox, all);
  const port = Number(new URL(sandbox.endpoint).port);
  process.once('exit', announce(join(root, '.sandbox'), { port, url: server.url }));
  const spot = (await spotInstances(sandbox))[0] ?? exampleInstance;
  console.log(hints({ endpoint: sandbox.endpoint, kubeconfig, drills: server.url, spot }));
  await ended;
  server.close();
}

/** What to say to the person who started it, if it is theirs to change. */
function explanationOf(error: unknown): string | undefined {
  if (error instanceof InputError) return error.message;
  const { code, port } = error as { readonly code?: string; readonly port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is in use; --port and --token-reviews take others` : undefined;
}
