// Refuses every connection that would leave the machine. It runs in the function's process before the function's own code.
import net from 'node:net';
import { isUnanswered, setUnanswered, waitInVain } from './unanswered.mjs';

setUnanswered(process.env.SANDBOX_UNANSWERED);
delete process.env.SANDBOX_UNANSWERED;

const connect = net.Socket.prototype.connect;

/** Sockets that are open now, for those who must know whether bytes still move. */
export const openSockets = new Set();

/** The options of a call of `connect`: as an object, as (port, host) or as net's own normalised array. */
function optionsOf(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first;
  return Number.isNaN(Number(first))
    ? { path: first }
    : { port: Number(first), host: typeof second === 'string' ? second : undefined };
}

function isLocal({ path, host }) {
  // As net itself decides: a path is a Unix socket (node:http passes `path: null`), and no host means localhost.
  if (path || !host) return true;
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

net.Socket.prototype.connect = function guardedConnect(...args) {
  const options = optionsOf(args);
  if (!options.path && isUnanswered(options)) return waitInVain(this, options);
  if (isLocal(options)) {
    openSockets.add(this);
    this.once('close', () => openSockets.delete(this));
    return connect.apply(this, args);
  }
  const error = new Error(
    `The sandbox refuses a connection to ${options.host}:${options.port}: functions reach this machine only.`,
  );
  error.code = 'ESANDBOX';
  this.connecting = true;
  process.nextTick(() => this.destroy(error));
  return this;
};
