// The requests of a function that have no whole answer yet. Its sockets may be quiet for long on a busy machine, and it still does not only
// sleep. Channels: https://nodejs.org/docs/latest-v24.x/api/diagnostics_channel.html#built-in-channels and undici's DiagnosticsChannel.md.
import { subscribe } from 'node:diagnostics_channel';

const open = new Set();

/** How many requests wait for their answer. A stream without a length, such as a watch, has answered with its first bytes. */
export function openRequests() {
  return open.size;
}

/** HTTP/1.1 has names and values in turn, as buffers; HTTP/2 an object. */
function namesOf(headers) {
  const names = Array.isArray(headers) ? headers.filter((_value, index) => index % 2 === 0) : Object.keys(headers);
  return names.map((name) => String(name).toLowerCase());
}

const done = ({ request }) => open.delete(request);

subscribe('undici:request:create', ({ request }) => open.add(request));
subscribe('undici:request:headers', ({ request, response }) => {
  if (!namesOf(response.headers).includes('content-length')) open.delete(request);
});
subscribe('undici:request:trailers', done);
subscribe('undici:request:error', done);

subscribe('http.client.request.start', ({ request }) => {
  open.add(request);
  request.once('close', () => open.delete(request));
});
subscribe('http.client.request.error', done);
subscribe('http.client.response.finish', ({ request, response }) => {
  if (response.headers['content-length'] === undefined) open.delete(request);
  else response.once('close', () => open.delete(request));
});
