import type { SandboxClock } from '../clock.ts';
import type { Cluster } from '../kubernetes/contract.ts';
import type { Condition, KubeObject } from '../kubernetes/types/objects.ts';

/** A world that cannot place all its pods is shown as it is after this long. Milliseconds on the sandbox's clock. */
const longest = 120_000;

/** Lets schedulers, kubelets and controllers bring the world's workloads up. */
export async function untilConverged(clock: SandboxClock, clusters: readonly Cluster[]): Promise<void> {
  const until = clock.now() + longest;
  const converged = () => clusters.every(({ store }) => store.list('pods').every(isUp));
  do await clock.sleep(1_000);
  while (!converged() && clock.now() < until);
}

function isUp({ status }: KubeObject): boolean {
  const { phase, conditions = [] } = (status ?? {}) as { phase?: string; conditions?: readonly Condition[] };
  return phase === 'Succeeded' || conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}
