import { AwsError, person } from '../aws/contract.ts';
import { StatusError } from '../kubernetes/types/status.ts';
import type { Sandbox } from '../sandbox.ts';
import { acts } from './acts/acts.ts';
import { keepEvents } from './acts/aws.ts';
import type { Act, History, Stage } from './contract.ts';

/** What became of an act: its words, or why it could not be done. */
export type Told = (act: Act, what: string) => void;

/**
 * Lets the acts of a history happen, each at its time from now on. Give it to the sandbox before its time passes.
 *
 * @param told hears what was done, in words, when it is done
 */
export function play(sandbox: Sandbox, history: Pick<History, 'world' | 'acts' | 'lasts'>, told: Told): void {
  const [cluster] = sandbox.world.clusters.values();
  if (!cluster) throw new Error('a history needs a cluster');
  const { clock } = sandbox;
  const ends = clock.now() + history.lasts;
  const hold = (what: string, work: () => Promise<unknown>) => void clock.hold(what, work);
  const stage: Stage = {
    sandbox,
    cluster,
    world: history.world,
    notes: new Map(),
    call: async (service, operation, input) => await sandbox.cloud.call(service, operation, input, person),
    // What has been begun comes to its end, at the latest when the history does.
    later: (milliseconds, act) =>
      void clock.after(Math.min(milliseconds, Math.max(0, ends - clock.now())), () =>
        hold('an act', async () => await settled(act)),
      ),
  };
  keepEvents(stage);
  for (const act of history.acts)
    clock.after(act.at, () =>
      hold(`act ${act.does}`, async () => {
        const what = await settled(async () => await acts[act.does]?.does(stage, act));
        if (typeof what === 'string') told(act, what);
      }),
    );
}

/** A person who is refused shrugs: the world has changed since they looked. */
async function settled(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError || error instanceof StatusError) return `refused: ${error.message}`;
    throw error;
  }
}
