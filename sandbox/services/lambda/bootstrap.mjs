// The Lambda runtime inside a function's process: a client of the Runtime API, as in
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. It is plain JavaScript, because stripping types costs start time.
import './egress-guard.mjs';
import './client-timers.mjs';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  consoleLevels,
  consoleLine,
  contextOf,
  describeError,
  failureLine,
  fileMissing,
  handlerOf,
  handlerParts,
  loadError,
} from './runtime-rules.mjs';
import { setUnanswered } from './unanswered.mjs';
import { setClock } from './virtual-time.mjs';

const {
  AWS_LAMBDA_RUNTIME_API: api,
  _HANDLER: handlerName,
  LAMBDA_TASK_ROOT: taskRoot,
  AWS_LAMBDA_LOG_FORMAT: logFormat,
} = process.env;
const [, host, port, prefix] = /^([^:/]+):(\d+)(.*)$/.exec(api);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const request = http.request;
const send = process.send.bind(process);
let requestId;

setClock(process.env.SANDBOX_CLOCK_MODE, Number(process.env.SANDBOX_CLOCK_NOW));
delete process.env.SANDBOX_CLOCK_MODE;
delete process.env.SANDBOX_CLOCK_NOW;

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host, port, path: `${prefix}/2018-06-01/runtime/${path}`, method, agent, headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const of = () => ({ logFormat, requestId, timestamp: new Date().toISOString() });

/** The console as Lambda's Node.js runtime writes it. */
function patchConsole() {
  for (const [method, level] of Object.entries(consoleLevels))
    console[method] = (...args) => process.stdout.write(`${consoleLine(of(), level, args)}\n`);
}

/** The line that the runtime itself logs for a failure. */
function logFailure(what, described) {
  process.stdout.write(`${failureLine(of(), what, described)}\n`);
}

async function loadHandler() {
  const { file, exported } = handlerParts(handlerName);
  const path = ['.js', '.mjs', '.cjs']
    .map((extension) => join(taskRoot, `${file}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (!path) throw fileMissing(file);
  const module = await import(pathToFileURL(path).href).catch((error) => {
    throw loadError(error);
  });
  return handlerOf(module, handlerName, exported);
}

async function runOnce(handler) {
  const { headers, body } = await call('GET', 'invocation/next');
  requestId = headers['lambda-runtime-aws-request-id'];
  setClock(headers['sandbox-clock-mode'], Number(headers['sandbox-clock-now']));
  setUnanswered(headers['sandbox-unanswered']);
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let answer;
  try {
    const context = contextOf(process.env, {
      requestId,
      functionArn: headers['lambda-runtime-invoked-function-arn'],
      deadline: Number(headers['lambda-runtime-deadline-ms']),
      now: Date.now,
    });
    const result = await handler(JSON.parse(body.toString('utf8')), context);
    answer = { path: 'response', body: JSON.stringify(result === undefined ? null : result) };
  } catch (error) {
    const described = describeError(error);
    logFailure('Invoke Error', described);
    answer = { path: 'error', body: JSON.stringify(described) };
  }
  await call('POST', `invocation/${requestId}/${answer.path}`, answer.body, { 'content-type': 'application/json' });
}

for (const [event, type] of [
  ['uncaughtException', 'Uncaught Exception'],
  ['unhandledRejection', 'Unhandled Rejection'],
]) {
  process.on(event, (reason) => {
    const described = describeError(reason);
    // Lambda's runtime renames an unhandled rejection and ends the process in both cases.
    const error =
      event === 'unhandledRejection'
        ? {
            ...described,
            errorType: 'Runtime.UnhandledPromiseRejection',
            errorMessage: `${described.errorType}: ${described.errorMessage}`,
          }
        : described;
    logFailure(type, error);
    send({ type: 'fatal', error }, () => process.exit(128 + 1));
  });
}
// Without its parent the process has no work.
process.on('disconnect', () => process.exit(0));

patchConsole();
try {
  const handler = await loadHandler();
  // The process is killed when the sandbox has done with it, and would lose what it compiled.
  if (process.env.NODE_COMPILE_CACHE) flushCompileCache();
  for (;;) await runOnce(handler);
} catch (error) {
  const described = describeError(error);
  logFailure('Uncaught Exception', described);
  await call('POST', 'init/error', JSON.stringify(described), { 'content-type': 'application/json' }).catch(() => {});
  process.exit(1);
}
