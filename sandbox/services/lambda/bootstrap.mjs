// The Lambda runtime inside a function's process: a client of the Runtime API, as in
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. It is plain JavaScript, because stripping types costs start time.
import './egress-guard.mjs';
import './client-timers.mjs';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
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

/** The console as Lambda's Node.js runtime writes it: tab-separated text, or one JSON object a line. */
function patchConsole() {
  for (const [method, level] of [
    ['log', 'INFO'],
    ['info', 'INFO'],
    ['debug', 'DEBUG'],
    ['warn', 'WARN'],
    ['error', 'ERROR'],
    ['trace', 'TRACE'],
  ]) {
    console[method] = (...args) => {
      const message = format(...args);
      const timestamp = new Date().toISOString();
      const line =
        logFormat === 'JSON'
          ? JSON.stringify({ timestamp, level, requestId, message })
          : `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${message.replaceAll('\n', '\r')}`;
      process.stdout.write(`${line}\n`);
    };
  }
}

/** An error as the runtime reports it. */
function describe(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The line that the runtime itself logs for a failure. */
function logFailure(what, described) {
  const timestamp = new Date().toISOString();
  const line =
    logFormat === 'JSON'
      ? JSON.stringify({ timestamp, level: 'ERROR', requestId, message: described })
      : `${timestamp}\t${requestId}\tERROR\t${what}\t${JSON.stringify(described)}`;
  process.stdout.write(`${line}\n`);
}

function runtimeError(name, message) {
  return Object.assign(new Error(message), { name: `Runtime.${name}` });
}

async function loadHandler() {
  const [, file, exported] = /^(.+)\.([^.]+)$/.exec(handlerName) ?? [];
  if (!file) throw runtimeError('MalformedHandlerName', 'Bad handler');
  const path = ['.js', '.mjs', '.cjs']
    .map((extension) => join(taskRoot, `${file}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (!path) throw runtimeError('ImportModuleError', `Error: Cannot find module '${file}'`);
  let module;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw runtimeError('ImportModuleError', `Error: ${error.message}`);
    throw error;
  }
  const handler = module[exported] ?? module.default?.[exported];
  if (handler === undefined) throw runtimeError('HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof handler !== 'function') throw runtimeError('HandlerNotFound', `${handlerName} is not a function`);
  // Node.js 24 has no callback handlers any more: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
  if (handler.length >= 3)
    throw runtimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function runOnce(handler) {
  const { headers, body } = await call('GET', 'invocation/next');
  requestId = headers['lambda-runtime-aws-request-id'];
  setClock(headers['sandbox-clock-mode'], Number(headers['sandbox-clock-now']));
  setUnanswered(headers['sandbox-unanswered']);
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let answer;
  try {
    const result = await handler(JSON.parse(body.toString('utf8')), contextOf(headers));
    answer = { path: 'response', body: JSON.stringify(result === undefined ? null : result) };
  } catch (error) {
    const described = describe(error);
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
    const described = describe(reason);
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
  const described = describe(error);
  logFailure('Uncaught Exception', described);
  await call('POST', 'init/error', JSON.stringify(described), { 'content-type': 'application/json' }).catch(() => {});
  process.exit(1);
}
