import { constants } from 'node:os';

/** Ctrl-C, `kill`, and a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a person does to end it: ends the process at once, with the shells' status for it, unless somebody waits for that. */
export class Interruption {
  #awaited: (() => void) | undefined;

  constructor() {
    for (const signal of signals) {
      process.on(signal, () => {
        const awaited = this.#awaited;
        this.#awaited = undefined;
        if (awaited) awaited();
        else process.exit(128 + constants.signals[signal]);
      });
    }
  }

  /** Resolves when it comes; a second one ends the process at once. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = resolve;
    });
  }
}
