// What Lambda's Node.js runtime does with handlers, errors and the console, wherever a function runs. Plain JavaScript, because a function's
// process imports it, and stripping types costs start time.
import { format, types } from 'node:util';

/** The methods of the console and the levels that the runtime writes for them. */
export const consoleLevels = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
};

/** A line of the console: tab-separated text, or one JSON object. */
export function consoleLine({ logFormat, requestId, timestamp }, level, args) {
  const message = format(...args);
  return logFormat === 'JSON'
    ? JSON.stringify({ timestamp, level, requestId, message })
    : `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${message.replaceAll('\n', '\r')}`;
}

/** An error as the runtime reports it. */
export function describeError(error) {
  if (error instanceof Error || types.isNativeError(error)) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The line that the runtime itself logs for a failure. */
export function failureLine({ logFormat, requestId, timestamp }, what, described) {
  return logFormat === 'JSON'
    ? JSON.stringify({ timestamp, level: 'ERROR', requestId, message: described })
    : `${timestamp}\t${requestId}\tERROR\t${what}\t${JSON.stringify(described)}`;
}

function runtimeError(name, message) {
  return Object.assign(new Error(message), { name: `Runtime.${name}` });
}

/** The file and the export that a handler's name means, such as `index.handler`. */
export function handlerParts(handlerName) {
  const [, file, exported] = /^(.+)\.([^.]+)$/.exec(handlerName) ?? [];
  if (!file) throw runtimeError('MalformedHandlerName', 'Bad handler');
  return { file, exported };
}

/** Why a module could not be loaded. */
export function loadError(error) {
  if (error instanceof SyntaxError) return runtimeError('UserCodeSyntaxError', `SyntaxError: ${error.message}`);
  if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
    return runtimeError('ImportModuleError', `Error: ${error.message}`);
  return error;
}

/** There is no such file in the function's folder. */
export function fileMissing(file) {
  return runtimeError('ImportModuleError', `Error: Cannot find module '${file}'`);
}

/** The handler of a module. */
export function handlerOf(module, handlerName, exported) {
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

/** The context that a handler is given. */
export function contextOf(env, { requestId, functionArn, deadline, now }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - now(),
  };
}
