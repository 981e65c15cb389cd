// Makes `Date` and `node:timers/promises` follow the sandbox's clock. Ordinary timers stay real: SDK clients time requests with them.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { openSockets } from './egress-guard.mjs';
import { openRequests } from './open-requests.mjs';

const RealDate = Date;
const realNow = RealDate.now;
const realSetTimeout = setTimeout;

let frozen;
let offset = 0;
let sequence = 0;
let lastId = 0;
let checking = false;
const sleeping = new Map();

/** Sets the clock: in `skip` mode it stands still at `now`, in `real` mode it goes on from there. */
export function setClock(mode, now) {
  frozen = mode === 'skip' ? now : undefined;
  offset = now - realNow();
}

/** In `skip` mode nothing moves the clock but what is waited for. */
export function clockStandsStill() {
  return frozen !== undefined;
}

function now() {
  return frozen ?? realNow() + offset;
}

RealDate.now = now;
const SandboxDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: (target) => new target(now()).toString(),
});
RealDate.prototype.constructor = SandboxDate;
globalThis.Date = SandboxDate;

/** `setTimeout` of node:timers/promises on the sandbox's clock. The parent wakes it. */
export function sleep(ms = 1, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    const aborted = () =>
      Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
        name: 'AbortError',
        code: 'ABORT_ERR',
      });
    if (signal?.aborted) {
      reject(aborted());
      return;
    }
    lastId += 1;
    const id = lastId;
    const abort = () => {
      sleeping.delete(id);
      process.send({ type: 'cancel', id });
      reject(aborted());
    };
    sleeping.set(id, () => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    signal?.addEventListener('abort', abort, { once: true });
    // As in Node: anything that is not between 1 and 2^31-1 is 1.
    const delay = ms >= 1 && ms <= 2147483647 ? Math.trunc(ms) : 1;
    process.send({ type: 'sleep', id, ms: delay });
    watchForRest();
  });
}

// Handles that are open while a function merely waits.
const idleResources = new Set(['Timeout', 'Immediate', 'PipeWrap', 'TTYWrap', 'MessagePort', 'CloseReq']);
// A socket counts as work while it is referenced: agents drop the reference of a connection that carries no request. One on which no byte
// has moved for this long is a watch or another stream that the function keeps open while it sleeps. With a request that has no answer it
// is one that never gets any: the sandbox answers sooner, also on a busy machine.
const socketResources = new Set(['TCPSocketWrap', 'TLSWrap']);
const quietMs = 250;
const unansweredMs = 5_000;
let moved = 0;
let quietSince = 0;

/** Tells the parent once nothing but sleeps is under way, so that it may let the clock go on. */
function watchForRest() {
  if (checking) return;
  checking = true;
  quietSince = realNow();
  setImmediate(() => setImmediate(check));
}

function check() {
  checking = false;
  if (sleeping.size === 0) return;
  const active = process.getActiveResourcesInfo().filter((name) => !idleResources.has(name));
  if (active.length === 0 || (active.every((name) => socketResources.has(name)) && socketsAreQuiet())) {
    process.send({ type: 'rest', sequence });
    return;
  }
  checking = true;
  realSetTimeout(check, 1);
}

function socketsAreQuiet() {
  let bytes = 0;
  for (const socket of openSockets) bytes += socket.bytesRead + socket.bytesWritten;
  if (bytes !== moved) quietSince = realNow();
  moved = bytes;
  return realNow() - quietSince >= (openRequests() > 0 ? unansweredMs : quietMs);
}

process.on('message', (message) => {
  if (message.type === 'clock' || message.type === 'wake') setClock(message.mode, message.now);
  if (message.type === 'clock') process.send({ type: 'clock-set', id: message.id });
  if (message.type !== 'wake') return;
  sequence = message.sequence;
  const wake = sleeping.get(message.id);
  sleeping.delete(message.id);
  wake?.();
  if (sleeping.size > 0) watchForRest();
});

timers.setTimeout = sleep;
timers.scheduler.wait = (ms, options) => sleep(ms, undefined, options);
timers.setInterval = () => {
  throw new Error('The sandbox does not implement setInterval of node:timers/promises.');
};
syncBuiltinESMExports();
