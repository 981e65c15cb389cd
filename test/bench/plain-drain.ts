import { inParallel } from '../../shared/runtime/parallel.ts';
import { adminClient } from '../cluster/admin-client.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { strategic } from '../sandbox/kubernetes/target.ts';
import type { Scenario } from '../scenarios/scenario.ts';

const inFlight = 16;

/**
 * The floor: the same cordons and evictions by a client that knows beforehand what to do, 16 requests in flight, and asks again
 * a second later where a budget refuses.
 */
export async function drainPlainly(
  plane: ControlPlane,
  scenario: Scenario,
  instances: readonly string[],
): Promise<void> {
  const client = adminClient(plane);
  const names = instances.map((id) => scenario.nodeOf(id)?.metadata.name ?? '');
  const pods = names.flatMap((name) => scenario.cluster.store.podsOnNode(name));
  await inParallel(names, inFlight, (name) =>
    client.patch(`/api/v1/nodes/${name}`, strategic, { spec: { unschedulable: true } }),
  );
  await inParallel(pods, inFlight, async ({ metadata: { namespace = '', name } }) => {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    for (;;) {
      const { status } = await client.post(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
      if (status !== 429 && status < 500) return;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  });
  client.close();
}
