import { join } from 'node:path';
import type { Act, History, Part } from '../../sandbox/histories/contract.ts';
import { stageHistory } from '../../sandbox/histories/stage-history.ts';
import type { Assembly } from '../../sandbox/synth.ts';
import type { Witness } from '../../sandbox/witness.ts';
import type { Violation, Watch } from './contract.ts';
import { invariants } from './invariants/invariants.ts';
import { isOurUser } from './principals.ts';
import { Scene } from './scene.ts';

const manifests = join(import.meta.dirname, '..', '..', 'infra', 'kubernetes');

/** Something that was done, in words; milliseconds from the beginning. */
export interface Deed {
  readonly at: number;
  readonly act: Act;
  readonly what: string;
}

export interface Played {
  readonly violations: readonly Violation[];
  /** Names of the troubles that were met. */
  readonly troubles: readonly string[];
  readonly told: readonly Deed[];
  /** Executions that ran. */
  readonly executions: number;
}

/** Tells the scene what people do, and the watches what the product does. */
class Eyes implements Witness {
  watches: readonly Watch[] = [];
  scene: Scene | undefined;

  call: NonNullable<Witness['call']> = (call) => {
    this.scene?.seeCall(call);
    for (const watch of this.watches) watch.call?.(call);
  };

  request: NonNullable<Witness['request']> = (request) => {
    if (isOurUser(request.user)) for (const watch of this.watches) watch.request?.(request);
  };

  log = (functionName: string, message: string): void => {
    for (const watch of this.watches) watch.log?.(functionName, message);
  };
}

/**
 * Plays a history, or a part of it, to an hour after everything has come to its end, and looks at every invariant all along.
 *
 * @param part the acts and troubles that are left; all by default
 * @param options `enough`, an invariant whose first violation is all that is asked for: the rest is not played then; `processes`, for functions that
 *   run in processes of their own
 */
export async function runHistory(
  assembly: Assembly,
  history: History,
  part?: Part,
  { enough, processes }: { readonly enough?: string; readonly processes?: boolean } = {},
): Promise<Played> {
  const eyes = new Eyes();
  const { sandbox, met, play } = await stageHistory({
    assembly,
    manifests,
    history,
    part,
    witness: eyes,
    processes,
    onLog: eyes.log,
  });
  try {
    const scene = new Scene(sandbox, met);
    const violations: Violation[] = [];
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const watches = invariants.map(({ name, watch }) =>
      watch(scene, (what) => {
        violations.push({ invariant: name, at: scene.since(), what });
        if (name === enough) stop();
      }),
    );
    eyes.scene = scene;
    eyes.watches = watches;
    watchWorld(scene, watches);
    const told: Deed[] = [];
    await Promise.race([play((act, what) => told.push({ at: scene.since(), act, what })), stopped]);
    if (violations.every(({ invariant }) => invariant !== enough)) for (const watch of watches) await watch.atLast?.();
    const executions = sandbox.states.executions().length;
    return { violations, told, executions, troubles: met.troubles.map(({ name }) => name) };
  } finally {
    await sandbox.close();
  }
}

function watchWorld({ cluster, sandbox }: Scene, watches: readonly Watch[]): void {
  cluster.store.subscribe((change) => {
    for (const watch of watches) watch.change?.(change);
  });
  sandbox.states.onTransition((execution, { type }) => {
    if (type !== 'ExecutionStarted' && type !== 'ExecutionRedriven') return;
    void execution.ended().then(() => {
      for (const watch of watches) watch.ended?.(execution);
    });
  });
}
