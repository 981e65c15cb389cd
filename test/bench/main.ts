import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bootSandbox } from '../../sandbox/sandbox.ts';
import { synthesize } from '../../sandbox/synth.ts';
import { readWorldFile } from '../../sandbox/world/world-file.ts';
import { bundleFigures } from './bundles.ts';
import { spotCost } from './cost.ts';
import { coldToCordon, eventToCordon } from './latency.ts';
import { benchRealCluster } from './real-cluster.ts';
import { storm } from './storm.ts';

const root = join(import.meta.dirname, '..', '..');

/** One line: what, the figure, what it shall reach. Speaks only; a bench never fails. */
function say(what: string, figure: string, reach: string): void {
  console.log(`${what.padEnd(58)} ${figure.padStart(12)}   ${reach}`);
}

const seconds = (value: number) => (Number.isNaN(value) ? 'not reached' : `${value.toFixed(2)} s`);
const quantile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(part * values.length) - 1)] ?? Number.NaN;

const assembly = await synthesize(root);
const began = performance.now();
const sandbox = await bootSandbox({
  assembly,
  manifests: join(root, 'infra', 'kubernetes'),
  world: readWorldFile(join(root, 'sandbox', 'worlds', 'demo.yaml')),
  seed: 1,
  mode: 'skip',
  port: 0,
});
say('sandbox up, from a warm synth', seconds((performance.now() - began) / 1_000), '<= 2 s');
await sandbox.close();
const once = performance.now();
execFileSync(process.execPath, [join(root, 'sandbox', 'main.ts'), '--once', '--json', '--port', '0']);
say('npm start -- --once in all', seconds((performance.now() - once) / 1_000), '<= 20 s');

for (const { name, kilobytes, initMs } of await bundleFigures()) {
  say(
    `bundle of ${name}; init`,
    `${kilobytes.toFixed(0)} KB`,
    `${initMs.toFixed(0)} ms; <= ${name === 'intake' ? '1,400' : '2,900'} KB, <= 250 ms`,
  );
}

const cost = await spotCost();
say('a two-minute spot case: state transitions', String(cost.transitions), '<= 15');
say('one node alone: Kubernetes calls besides evictions', String(cost.otherCalls), '(<= 6 is of a storm)');
say('a two-minute spot case: cost from list prices', `${cost.usd.toFixed(5)} USD`, '<= 0.002 USD');

const cold = await coldToCordon(10);
say('PutEvents to unschedulable, functions cold, p99 of 10', seconds(quantile(cold, 0.99)), '<= 2.5 s');
const { warm } = await eventToCordon(20);
say('PutEvents to unschedulable, functions warm, median of 20', seconds(quantile(warm, 0.5)), '');
say('PutEvents to unschedulable, functions warm, p99 of 20', seconds(quantile(warm, 0.99)), '<= 1.0 s');

const figures = await storm(Number(process.env['BENCH_NODES'] ?? 100), 30);
const what = `${figures.nodes} nodes with ${figures.podsPerNode} pods:`;
say(`${what} all cordoned`, seconds(figures.allCordoned), '<= 5 s');
say(`${what} median cordoned`, seconds(figures.cordonedMedian), '');
say(`${what} pods without a budget asked to leave`, seconds(figures.freePodsAsked), '<= 15 s');
say(`${what} every pod gone`, seconds(figures.allGone), '');
say(`${what} eviction calls for each pod`, figures.evictionsPerPod.toFixed(2), '<= 2.0');
say(`${what} other calls for each node`, figures.otherCallsPerNode.toFixed(2), '<= 6');
say(`${what} executions`, String(figures.executions), '');

await benchRealCluster(say, seconds, quantile);

const tests = performance.now();
const { status } = spawnSync('npm', ['test', '--silent'], { cwd: root, stdio: 'ignore' });
say(`npm test (${status === 0 ? 'passed' : 'failed'})`, seconds((performance.now() - tests) / 1_000), '<= 240 s');
