import type { Invariant } from '../contract.ts';
import { isOurUser } from '../principals.ts';
import { inputOf, type Scene } from '../scene.ts';

const minute = 60_000;

/** Law 10: a run ends with a report, whatever it met. What a person typed wrong, or stopped, is theirs. */
export const runsEndWithAReport: Invariant = {
  name: 'runs-end-with-a-report',
  watch: (scene, violated) => ({
    ended(execution) {
      const { status, error, name, cause = '' } = execution;
      if (status === 'SUCCEEDED' || status === 'ABORTED') return;
      if (error === 'InvalidInputError') return;
      violated(`${name} ended ${status} with ${error}: ${cause.slice(0, 160)}`);
    },
    atLast() {
      for (const { name, status, started } of scene.sandbox.states.executions())
        if (status === 'RUNNING') violated(`${name}, which began ${started.toISOString()}, still runs`);
    },
  }),
};

/** Forced work is over soon after EC2's deadline. */
export const forcedRunsEndInTime: Invariant = {
  name: 'forced-runs-end-in-time',
  watch: (scene, violated) => ({
    ended(execution) {
      const { cause, instances = [], facts = {} } = inputOf(execution);
      if (cause !== 'SpotInterruption') return;
      const endsAt = Math.max(...instances.map((id) => scene.warnings.get(id)?.endsAt ?? facts[id]?.endsAt ?? 0));
      const late = scene.now() - Math.max(endsAt, execution.started.getTime()) - 5 * minute;
      // A replacement may take its time to become Ready; ten minutes are the product's word (docs/workflows/node-replacement.md).
      if (late > 10 * minute) violated(`${execution.name} ended ${Math.round(late / minute)} min after it should have`);
    },
  }),
};

/** After the pause has been seen, at the latest when a slice has ended, no new change begins. */
export const pausedMeansPaused: Invariant = {
  name: 'paused-means-paused',
  watch: (scene, violated) => ({
    request({ user, info, status, before }) {
      if (!isOurUser(user) || status >= 300 || !isPaused(scene)) return;
      if (info.resource === 'pods' && (info.subresource === 'eviction' || info.verb === 'delete'))
        violated(`${before?.metadata.name} was asked to go while everything is paused`);
    },
    call({ principal, operation, input, error }) {
      if (principal.kind !== 'role' || error !== undefined || !isPaused(scene)) return;
      if (operation !== 'SetDesiredCapacity') return;
      const group = scene.sandbox.world.groups.all().find(({ name }) => name === input['AutoScalingGroupName']);
      const before = group?.members.size ?? 0;
      if (group && group.desired > before) violated(`${group.name} was made larger while everything is paused`);
    },
  }),
};

/** Ten seconds until the switch is read again, and a slice of a minute that has begun. */
function isPaused(scene: Scene): boolean {
  const now = scene.now();
  return scene.pauses.some(({ from, to }) => now > from + 75_000 && now < to);
}

/** What a person types wrong is theirs: nobody is woken by it. */
export const mistakesWakeNobody: Invariant = {
  name: 'mistakes-wake-nobody',
  watch: (scene, violated) => {
    let failed = false;
    scene.sandbox.alarms.onChange(({ alarm, state }) => {
      if (state.value !== 'ALARM' || failed || !/error|fail/i.test(alarm.AlarmName)) return;
      const ended = scene.sandbox.states
        .executions()
        .filter(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED');
      if (ended.length > 0 && ended.every(({ error }) => error === 'InvalidInputError'))
        violated(`${alarm.AlarmName} goes off, and all that happened is that a person mistyped`);
    });
    return {
      ended: ({ status, error }) => {
        failed ||= status !== 'SUCCEEDED' && error !== 'InvalidInputError';
      },
    };
  },
};
