// Ordinary timers are real, because clients time requests with them, but while a connection waits in vain they follow the sandbox's clock:
// a connect timeout then takes no time of the machine's and all of the sandbox's, and the clock stands still while anything else runs.
import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { promisify } from 'node:util';
import { whenWaiting } from './unanswered.mjs';
import { clockStandsStill, sleep } from './virtual-time.mjs';

const real = { setTimeout: timers.setTimeout, clearTimeout: timers.clearTimeout };
const pending = new Set();
let lastId = 0;
/** While timers follow the sandbox's clock: the time up to which they have been counted. */
let countedTo;
let planned;

/** What `setTimeout` gives, with the methods of Node's own. */
class ClientTimeout {
  #run;
  #milliseconds;
  #timer;
  #since;
  #referenced = true;
  left = 0;

  constructor(callback, milliseconds, args) {
    const inContext = AsyncLocalStorage.snapshot();
    this.#run = () => inContext(callback, ...args);
    // As in Node: anything that is not between 1 and 2^31-1 is 1.
    this.#milliseconds = milliseconds >= 1 && milliseconds <= 2147483647 ? Math.trunc(milliseconds) : 1;
    lastId += 1;
    this.id = lastId;
    this.refresh();
  }

  refresh() {
    this.close();
    count();
    this.left = this.#milliseconds;
    pending.add(this);
    if (countedTo === undefined) this.arm();
    else plan();
    return this;
  }

  arm() {
    this.#since = performance.now();
    this.#timer = real.setTimeout(() => this.fire(), Math.max(1, this.left));
    if (!this.#referenced) this.#timer.unref();
  }

  suspend() {
    real.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.left = Math.max(0, this.left - (performance.now() - this.#since));
  }

  fire() {
    pending.delete(this);
    this.#timer = undefined;
    this.#run();
  }

  close() {
    real.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (pending.delete(this)) plan();
    return this;
  }

  ref() {
    this.#referenced = true;
    this.#timer?.ref();
    return this;
  }

  unref() {
    this.#referenced = false;
    this.#timer?.unref();
    return this;
  }

  hasRef() {
    return this.#referenced;
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/** Takes what has passed on the sandbox's clock from every timer. */
function count() {
  if (countedTo === undefined) return;
  const now = Date.now();
  for (const timer of pending) timer.left -= now - countedTo;
  countedTo = now;
}

/** Sleeps on the sandbox's clock until the next timer is due. */
function plan() {
  if (countedTo === undefined) return;
  const due = countedTo + Math.max(1, Math.ceil(Math.min(...[...pending].map(({ left }) => left))));
  if (planned?.due === due) return;
  planned?.controller.abort();
  planned = undefined;
  if (pending.size === 0) return;
  const controller = new AbortController();
  planned = { due, controller };
  sleep(due - countedTo, undefined, { signal: controller.signal }).then(fireDue, () => undefined);
}

function fireDue() {
  planned = undefined;
  count();
  const due = [...pending].filter(({ left }) => left <= 0).sort((one, other) => one.left - other.left);
  for (const timer of due) if (pending.has(timer)) timer.fire();
  plan();
}

whenWaiting((connections) => {
  if (connections > 0 && countedTo === undefined && clockStandsStill()) {
    countedTo = Date.now();
    for (const timer of pending) timer.suspend();
    plan();
  } else if (connections === 0 && countedTo !== undefined) {
    count();
    planned?.controller.abort();
    planned = undefined;
    countedTo = undefined;
    for (const timer of pending) timer.arm();
  }
});

function setTimeout(callback, milliseconds, ...args) {
  if (typeof callback !== 'function') return real.setTimeout(callback, milliseconds, ...args);
  return new ClientTimeout(callback, milliseconds, args);
}
Object.defineProperty(setTimeout, promisify.custom, { enumerable: true, get: () => sleep });

function clearTimeout(timer) {
  const given = typeof timer === 'object' ? timer : [...pending].find(({ id }) => id === Number(timer));
  if (given instanceof ClientTimeout) given.close();
  else real.clearTimeout(timer);
}

for (const target of [globalThis, timers])
  Object.assign(target, { setTimeout, clearTimeout, clearInterval: clearTimeout });
syncBuiltinESMExports();
