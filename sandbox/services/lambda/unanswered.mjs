// Connections to what a function's network does not reach. As on AWS nothing answers and nothing refuses: packets are dropped by a security
// group, or have no route.
/** Linux gives up after six SYNs, the first one second after the connect and each after twice the time: 127 s (tcp(7), tcp_syn_retries). */
const giveUpAfter = 127_000;

let places = new Set();
let waiting = 0;
let changed = () => undefined;

/** Sets what does not answer, as `host:port`. */
export function setUnanswered(list) {
  places = new Set(JSON.parse(list ?? '[]'));
}

export function isUnanswered({ host = '127.0.0.1', port }) {
  return places.has(`${host}:${port}`);
}

/** Calls `onChange` when the number of connections that wait in vain changes. */
export function whenWaiting(onChange) {
  changed = onChange;
}

/** Lets a socket wait until its owner or the kernel gives up. */
export function waitInVain(socket, { host, port }) {
  socket.connecting = true;
  // It does no work: a function that only waits in vain is at rest.
  socket.unref();
  waiting += 1;
  changed(waiting);
  const error = Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), {
    errno: -110,
    code: 'ETIMEDOUT',
    syscall: 'connect',
    address: host,
    port,
  });
  const timer = setTimeout(() => socket.destroy(error), giveUpAfter);
  socket.once('close', () => {
    clearTimeout(timer);
    waiting -= 1;
    changed(waiting);
  });
  return socket;
}
