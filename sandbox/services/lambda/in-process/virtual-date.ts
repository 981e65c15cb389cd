import type { SandboxClock } from '../../../clock.ts';
import { realm } from '../../../network/realm.ts';

/** `Date` with another now. */
export function virtualDate(now: () => number): DateConstructor {
  return new Proxy(realm.Date, {
    get: (own, name) => (name === 'now' ? now : Reflect.get(own, name, own)),
    construct: (own, args: unknown[], target) => Reflect.construct(own, args.length === 0 ? [now()] : args, target),
    apply: (own) => new own(now()).toString(),
  });
}

/** As much of `performance` as clients measure with. */
export function virtualPerformance(clock: SandboxClock): object {
  const timeOrigin = clock.now();
  return {
    timeOrigin,
    now: () => clock.now() - timeOrigin,
    mark: () => undefined,
    measure: () => undefined,
    markResourceTiming: () => undefined,
    eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  };
}
