/** The function's process is gone; nothing in it can catch that. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export type When = 'before' | 'after';
/** Wraps a port so that its calls can kill. */
export type Guard = <Port extends object>(port: Port) => Port;

/**
 * Processes that end at the n-th call to any of their ports, before it takes effect or after. A dead process reaches nothing any
 * more, whatever its code still tries; 0 kills none and only counts.
 */
export function deadly(at: number, when: When): { process: () => Guard; calls: () => number } {
  let calls = 0;
  const process = (): Guard => {
    let dead = false;
    return (port) =>
      new Proxy(port, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return async (...given: unknown[]) => {
            if (dead) throw new Killed();
            calls += 1;
            const mine = calls;
            dead = mine === at && when === 'before';
            if (dead) throw new Killed();
            const result: unknown = await Reflect.apply(member, target, given);
            dead ||= mine === at;
            if (dead) throw new Killed();
            return result;
          };
        },
      });
  };
  return { process, calls: () => calls };
}
