import type { WitnessedCall, WitnessedRequest } from '../../../sandbox/witness.ts';
import type { Invariant } from '../contract.ts';
import { isOurs, isOurUser } from '../principals.ts';
import { isCordoned, runOf } from '../scene.ts';

/** A server that says after how long to come back is not asked again sooner (faults.md K6; RFC 9110, 10.2.3). */
export const toldToWaitMeansWait: Invariant = {
  name: 'told-to-wait-means-wait',
  watch: (scene, violated) => ({
    request({ user, info }) {
      if (!isOurUser(user) || info.subresource !== 'eviction') return;
      const until = scene.met.waits.get(info.name) ?? 0;
      // A request that was on its way when the answer came does not know of it.
      const early = until - scene.now();
      if (early > 100) violated(`the eviction of ${info.name} was asked for ${(early / 1_000).toFixed(1)} s too early`);
    },
  }),
};

const minute = 60_000;

/** As docs/workflows/node-replacement.md gives them, and as steward.yaml does not change them. */
const drainTimeout = 20 * minute;
/** A slice that has begun, and a look. */
const slack = 2 * minute;

/**
 * What is written is what is done: a voluntary drain ends in its own time, however long its replacement took (faults.md K6). It lasts from its
 * first eviction to its last, or until the node is given back.
 */
export const drainsKeepTheirTime: Invariant = {
  name: 'drains-keep-their-time',
  watch: (scene, violated) => {
    const began = new Map<string, number>();
    const told = new Set<string>();
    return {
      request({ user, info, status, before }) {
        const evicts = info.subresource === 'eviction';
        const node = evicts ? ((before?.spec as { nodeName?: string } | undefined)?.nodeName ?? '') : info.name;
        const givesBack = info.resource === 'nodes' && info.verb === 'patch' && status < 300 && isCordoned(before);
        if (!isOurUser(user) || !(evicts || givesBack)) return;
        const run = evicts ? scene.runOn(node) : runOf(before);
        const key = `${run} ${node}`;
        if (evicts && !began.has(key)) began.set(key, scene.now());
        const instance = scene.instanceOfNode(node);
        if (!instance || run === undefined || scene.warnings.has(instance.instanceId) || told.has(key)) return;
        const lasted = scene.now() - (began.get(key) ?? scene.now());
        if (lasted <= drainTimeout + slack) return;
        told.add(key);
        violated(`${run} drains ${node} for ${Math.round(lasted / minute)} min, and was given 20`);
      },
    };
  },
};

/** What a change is about, as a line about it would name it; undefined for what changes nothing that people have. */
function changedBy({ operation, input }: WitnessedCall): string | undefined {
  if (operation === 'SetDesiredCapacity') return String(input['AutoScalingGroupName']);
  return operation === 'TerminateInstanceInAutoScalingGroup' ? String(input['InstanceId']) : undefined;
}

function changedIn({ info }: WitnessedRequest): string | undefined {
  if (info.resource === 'nodes' && info.verb === 'patch') return info.name;
  return info.subresource === 'eviction' || (info.resource === 'pods' && info.verb === 'delete')
    ? info.name
    : undefined;
}

/** Law 10: every change leaves a line in a log that names what was changed, so that somebody who looks later finds it. */
export const changesLeaveALine: Invariant = {
  name: 'changes-leave-a-line',
  watch: (_scene, violated) => {
    const lines: string[] = [];
    const changes = new Map<string, string>();
    return {
      log: (_function, message) => void lines.push(message),
      call(call) {
        const what = isOurs(call.principal) && call.error === undefined ? changedBy(call) : undefined;
        if (what !== undefined) changes.set(`${call.operation} of ${what}`, what);
      },
      request(request) {
        const what = isOurUser(request.user) && request.status < 300 ? changedIn(request) : undefined;
        const { verb, resource, subresource } = request.info;
        if (what !== undefined) changes.set(`${verb} of ${resource}${subresource && `/${subresource}`} ${what}`, what);
      },
      atLast() {
        const silent = [...changes].filter(([, what]) => !lines.some((line) => line.includes(what)));
        const [first] = silent;
        if (first) violated(`${silent.length} of ${changes.size} changes left no line in any log, such as ${first[0]}`);
      },
    };
  },
};
