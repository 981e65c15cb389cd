import type { Clock } from '../../shared/runtime/clock.ts';

export interface FakeClock extends Clock {
  /** Called whenever time has moved, so that the world can move with it. */
  onTick: (now: number) => void;
}

/** Time that passes only while somebody sleeps. */
export function fakeClock(start = 1_000_000): FakeClock {
  let time = start;
  const clock: FakeClock = {
    onTick: () => undefined,
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds;
      clock.onTick(time);
    },
  };
  return clock;
}
