import { join } from 'node:path';
import { line, painter } from './console/print.ts';
import { recordAll } from './console/recorders.ts';
import { type DrillResult, drillOutcome, endedWell, executionResults, workflowsOf } from './console/results.ts';
import { farewell, greeting, usage } from './console/texts.ts';
import { Timeline } from './console/timeline.ts';
import type { Drill } from './drills/contract.ts';
import { drillOf, spotInstances } from './drills/drills.ts';
import { type Flags, readFlags } from './flags.ts';
import { InputError } from './input.ts';
import { keepKubeconfig } from './kubeconfig.ts';
import { bootSandbox, type Sandbox } from './sandbox.ts';
import { type Assembly, synthesize } from './synth.ts';
import { readWorldFile, type WorldFile } from './world/world-file.ts';

const root = join(import.meta.dirname, '..');
const kubeconfig = join(root, '.sandbox', 'kubeconfig');
/** For the farewell of a world that has no Spot instance. */
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
  const print = flags.json ? () => undefined : (text: string) => console.log(text);
  const paint = painter(process.stdout);
  const drill = drillOf(flags.drill);
  const world = readWorldFile(flags.world);
  const assembly = await synthesize(root);
  const began = performance.now();
  const sandbox = await boot(flags, world, assembly);
  print(greeting(sandbox, (performance.now() - began) / 1_000, flags.kubeconfig, paint));

  const timeline = new Timeline(
    () => sandbox.clock.now(),
    (entry, deadline) => print(line(entry, deadline === undefined ? undefined : deadline - sandbox.clock.now(), paint)),
  );
  const result = await play(sandbox, drill, flags.drill, timeline);
  if (flags.json) console.log(JSON.stringify(result));
  const stays = !flags.once && !flags.json;
  const next = stays ? ((await spotInstances(sandbox))[0] ?? exampleInstance) : undefined;
  const interruption = stays ? interrupted() : undefined;
  print(farewell(result, sandbox.endpoint, kubeconfig, next, paint));
  if (stays && flags.kubeconfig === undefined) await sandbox.followWallClock();
  await interruption;
  await sandbox.close();
  return endedWell(result.executions) ? 0 : 1;
}

async function boot(flags: Flags, world: WorldFile, assembly: Assembly): Promise<Sandbox> {
  const sandbox = await bootSandbox({
    assembly,
    manifests: join(root, 'infra', 'kubernetes'),
    world,
    seed: flags.seed,
    mode: flags.kubeconfig === undefined ? flags.clock : 'real',
    port: flags.port,
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    tokenReviewsPort: flags.tokenReviews,
    ...(flags.logs && { onLog: (name, message) => console.error(`${name}: ${message}`) }),
  });
  await sandbox.untilIdle();
  keepKubeconfig(sandbox.world, kubeconfig);
  return sandbox;
}

async function play(sandbox: Sandbox, drill: Drill, name: string, timeline: Timeline): Promise<DrillResult> {
  const workflows = workflowsOf(sandbox);
  recordAll(sandbox, timeline);
  timeline.restart();
  await drill(sandbox);
  await sandbox.untilIdle();
  const executions = await executionResults(sandbox, workflows);
  return {
    drill: name,
    outcome: drillOutcome(executions),
    seconds: timeline.seconds(),
    executions,
    timeline: timeline.entries,
  };
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** What to say to the person who started it, if it is theirs to mend. */
function explanationOf(error: unknown): string | undefined {
  if (error instanceof InputError) return error.message;
  const { code, port } = error as { readonly code?: string; readonly port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is in use; --port and --token-reviews take others` : undefined;
}
