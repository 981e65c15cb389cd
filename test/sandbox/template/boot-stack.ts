import { join } from 'node:path';
import { bootSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';
import type { Destination, Template } from '../../../sandbox/template/contract.ts';
import { readWorldFile } from '../../../sandbox/world/world-file.ts';
import { HeldTime } from '../held-time.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The demo world with a stack of this template, named `Stack`, on a clock that skips, and only until it is idle when the test says so. */
export async function bootStack(template: Template, asset: Destination['asset'] = () => ''): Promise<Sandbox> {
  const sandbox = await bootSandbox({
    assembly: { stackName: 'Stack', template, asset, warm: true },
    manifests: join(root, 'infra', 'kubernetes'),
    world: readWorldFile(join(root, 'sandbox', 'worlds', 'demo.yaml')),
    seed: 1,
    mode: 'skip',
    port: 0,
  });
  const time = new HeldTime(sandbox.clock);
  return { ...sandbox, untilIdle: async () => await time.during(async () => await sandbox.untilIdle()) };
}
