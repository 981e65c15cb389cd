import { Scenario } from '../scenarios/scenario.ts';
import { controlPlaneBinaries } from './binaries.ts';
import { type ControlPlane, freePorts, startControlPlane } from './control-plane.ts';

/** The sandbox on a real control plane. */
export interface RealScenario {
  readonly plane: ControlPlane;
  readonly scenario: Scenario;
  end(): Promise<void>;
}

export async function startRealScenario(world: string): Promise<RealScenario> {
  const [tokenReviewsPort = 0] = await freePorts(1);
  const plane = await startControlPlane({
    binaries: await controlPlaneBinaries(console.log),
    tokenReviews: `http://127.0.0.1:${tokenReviewsPort}/`,
    audited: 'eks-steward:drainer',
  });
  try {
    const scenario = await Scenario.start({ world, kubeconfig: plane.kubeconfig, tokenReviewsPort });
    const end = async () => {
      await scenario.end();
      await plane.stop();
    };
    return { plane, scenario, end };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** Waits in real time until something holds. Throws with `what` when it never does. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never came to this: ${what}`);
}

/** Does a node or a pod say that it is Ready? */
export function isReady({ status }: { readonly status?: unknown }): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}
