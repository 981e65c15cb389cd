import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { line, painter } from './console/print.ts';
import { recordAll } from './console/recorders.ts';
import { type DrillResult, drillOutcome, endedWell, executionResults } from './console/results.ts';
import { farewell, greeting, usage } from './console/texts.ts';
import { Timeline } from './console/timeline.ts';
import { busiestSpot, drillOf } from './drills/drills.ts';
import { mergedKubeconfig } from './kubeconfig.ts';
import { bootSandbox } from './sandbox.ts';
import { synthesize } from './synth.ts';

const root = join(import.meta.dirname, '..');

const { values: flags } = parseArgs({
  options: {
    drill: { type: 'string', default: 'spot-interruption' },
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    port: { type: 'string', default: '4566' },
    kubeconfig: { type: 'string' },
    'token-reviews': { type: 'string', default: '4567' },
    seed: { type: 'string', default: '1' },
    world: { type: 'string', default: join(root, 'sandbox', 'worlds', 'demo.yaml') },
    clock: { type: 'string', default: 'skip' },
    logs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) {
  console.log(usage);
  process.exit(0);
}
process.exitCode = await main();

async function main(): Promise<number> {
  const print = flags.json ? () => undefined : (text: string) => console.log(text);
  const paint = painter(process.stdout);
  const drill = drillOf(flags.drill);
  const assembly = await synthesize(root);
  const began = performance.now();
  const sandbox = await bootSandbox({
    assembly,
    manifests: join(root, 'infra', 'kubernetes'),
    world: flags.world,
    seed: Number(flags.seed),
    mode: flags.clock === 'real' || flags.kubeconfig !== undefined ? 'real' : 'skip',
    port: Number(flags.port),
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    tokenReviewsPort: Number(flags['token-reviews']),
    ...(flags.logs && { onLog: (name, message) => console.error(`${name}: ${message}`) }),
  });
  await sandbox.untilIdle();
  const kubeconfig = join(root, '.sandbox', 'kubeconfig');
  mkdirSync(join(root, '.sandbox'), { recursive: true });
  writeFileSync(kubeconfig, mergedKubeconfig([...sandbox.world.clusters.values()]), { mode: 0o600 });
  print(greeting(sandbox, (performance.now() - began) / 1_000, flags.kubeconfig, paint));

  const timeline = new Timeline(
    () => sandbox.clock.now(),
    (entry, deadline) => print(line(entry, deadline === undefined ? undefined : deadline - sandbox.clock.now(), paint)),
  );
  recordAll(sandbox, timeline);
  timeline.restart();
  await drill(sandbox);
  await sandbox.untilIdle();
  const executions = await executionResults(sandbox);
  const result: DrillResult = {
    drill: flags.drill,
    outcome: drillOutcome(executions),
    seconds: timeline.seconds(),
    executions,
    timeline: timeline.entries,
  };
  if (flags.json) console.log(JSON.stringify(result));
  const next = flags.once || flags.json ? undefined : await busiestSpot(sandbox);
  print(farewell(result, sandbox.endpoint, kubeconfig, next, paint));
  if (!flags.once && !flags.json) {
    if (flags.kubeconfig === undefined) await sandbox.followWallClock();
    await interrupted();
  }
  await sandbox.close();
  return endedWell(executions) ? 0 : 1;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
