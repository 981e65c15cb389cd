import { copyFileSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { controlPlaneBinaries } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';

// `npm run cluster`: a real control plane for `npm start -- --kubeconfig`, until Ctrl-C. It asks the sandbox who our tokens are.
const tokenReviews = 'http://127.0.0.1:4567/';
const folder = join(import.meta.dirname, '..', '..', '.sandbox');
const shown = (path: string) => relative(process.cwd(), path);

const binaries = await controlPlaneBinaries(console.log).catch((error: unknown) => {
  console.error(`npm run cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
});
const plane = await startControlPlane({ binaries, tokenReviews });
mkdirSync(folder, { recursive: true });
const kubeconfig = join(folder, 'cluster.kubeconfig');
copyFileSync(plane.kubeconfig, kubeconfig);
console.log(`A Kubernetes control plane at ${plane.url}, with kwok for kubelets. Up until Ctrl-C; each start begins empty.
In other terminals:
  npm start -- --kubeconfig ${shown(kubeconfig)}
  ${shown(binaries.path('kubectl'))} --kubeconfig ${shown(kubeconfig)} get nodes -w
Logs of its parts: ${plane.folder}`);

await new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await plane.stop();
