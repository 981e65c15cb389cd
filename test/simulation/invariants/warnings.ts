import type { Instance } from '../../../sandbox/services/ec2/instance.ts';
import type { Invariant } from '../contract.ts';
import { isOurUser } from '../principals.ts';
import { isCordoned, type Scene, type Warning } from '../scene.ts';

/** Of the two minutes, so many milliseconds must be left for the product to be blamed. */
const enough = 45_000;

/** Law 3: whatever else fails, a node that EC2 takes away is cordoned while its API server can be reached. */
export const warnedNodesAreCordoned: Invariant = {
  name: 'warned-nodes-are-cordoned',
  watch: (scene, violated) => {
    const cordoned = new Set<string>();
    /** Since when there is a node of the name. */
    const joined = new Map<string, number>();
    const judge = (instance: Instance) => {
      const warning = scene.warnings.get(instance.instanceId);
      if (!warning || cordoned.has(instance.instanceId)) return;
      const missed = excuse(scene, instance, warning, joined);
      if (missed) return;
      const pods = scene.movablePods(nameOf(scene, instance)).length;
      violated(`${instance.instanceId} was taken by EC2 and its node never cordoned; ${pods} pods went with it`);
    };
    scene.sandbox.world.fleet.subscribe((instance, previous) => {
      if (previous === 'running') judge(instance);
    });
    for (const node of scene.cluster.store.list('nodes')) joined.set(node.metadata.name, 0);
    return {
      change({ resource, object, type }) {
        if (resource !== 'nodes') return;
        const { name } = object.metadata;
        if (type === 'DELETED') joined.delete(name);
        else if (!joined.has(name)) joined.set(name, scene.now());
        const instance = scene.instanceOfNode(name);
        if (instance && type !== 'DELETED' && isCordoned(object)) cordoned.add(instance.instanceId);
      },
    };
  },
};

function nameOf(scene: Scene, instance: Instance): string {
  return scene.nodeOf(instance)?.metadata.name ?? '';
}

/** Why it could not be: it is not ours, its event never came or too late, there was no node, everything was paused, or the API server was away all along. */
function excuse(
  scene: Scene,
  instance: Instance,
  { at, endsAt }: Warning,
  joined: ReadonlyMap<string, number>,
): string | undefined {
  const now = scene.now();
  if (scene.isManaged(instance)) return 'managed';
  if (endsAt <= at) return 'hibernated';
  if (now - at < enough) return 'ended by somebody before';
  if (scene.pausedIn(at, now)) return 'paused';
  if (scene.met.late.some((event) => event.at === at && event.by > 1_000)) return 'event late or lost';
  const since = joined.get(nameOf(scene, instance));
  if (since === undefined || now - since < enough) return 'no node';
  return now - at - troubledFor(scene, at, now) < enough ? 'the API server was away' : undefined;
}

/** Troubles that are nearer to each other than this are of one spell: whoever asks again does so within it. */
const apart = 20_000;

/** Milliseconds of trouble at a place, spell by spell; the place where it was worst counts. */
function troubledFor({ met }: Scene, from: number, to: number): number {
  const spans = ['kubernetes', 'invocation'].map((place) => {
    const times = met.in(place, from, to).map(({ at }) => at);
    return times.reduce((sum, at, index) => {
      const since = at - (times[index - 1] ?? at);
      return since < apart ? sum + since : sum;
    }, 0);
  });
  return Math.max(...spans);
}

/** A cold start, a batch and a look at the node take a few seconds; what takes longer has waited for something. */
const atOnce = 20_000;

/** Law 3: where nothing stands in the way a warning becomes a cordon within seconds. */
export const warningsAreHeardAtOnce: Invariant = {
  name: 'warnings-are-heard-at-once',
  watch: (scene, violated) => {
    const seen = new Set<string>();
    const joined = new Map<string, number>();
    return {
      change({ resource, object, type }) {
        if (resource !== 'nodes' || type === 'DELETED') return;
        const { name } = object.metadata;
        if (type === 'ADDED') joined.set(name, scene.now());
        const instance = scene.instanceOfNode(name);
        if (!instance || !isCordoned(object) || seen.has(instance.instanceId)) return;
        seen.add(instance.instanceId);
        const warning = scene.warnings.get(instance.instanceId);
        if (!warning || scene.pausedIn(warning.at, scene.now())) return;
        const late = scene.now() - Math.max(warning.at, joined.get(name) ?? 0);
        // Whatever trouble there was may be the reason.
        if (late <= atOnce || scene.met.in('', warning.at, scene.now()).length > 0) return;
        violated(
          `${name} was cordoned ${Math.round(late / 1_000)} s after EC2's warning, and nothing stood in the way`,
        );
      },
    };
  },
};

/** Law 3, and "a forced run never uncordons before EC2's word". */
export const warnedNodesStayCordoned: Invariant = {
  name: 'warned-nodes-stay-cordoned',
  watch: (scene, violated) => ({
    request({ user, info, status, before }) {
      if (!isOurUser(user) || info.verb !== 'patch' || info.resource !== 'nodes' || status >= 300) return;
      const after = scene.cluster.store.get('nodes', undefined, info.name);
      if (!isCordoned(before) || isCordoned(after)) return;
      const instance = scene.instanceOfNode(info.name);
      const warning = instance && scene.warnings.get(instance.instanceId);
      if (!warning || instance.state !== 'running' || scene.now() > warning.endsAt + 300_000) return;
      if (scene.wasStopped(before) || scene.pausedIn(warning.at - 60_000, scene.now())) return;
      const left = Math.round((warning.endsAt - scene.now()) / 1_000);
      violated(`${info.name} was uncordoned ${left} s before EC2 takes its instance`);
    },
  }),
};
