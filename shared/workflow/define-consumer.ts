import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Message } from '../aws/queues.ts';
import { logger, metrics } from '../runtime/telemetry.ts';

/** A Lambda handler for a queue whose messages are handled together and acknowledged one by one. */
export function defineConsumer(consume: (messages: readonly Message[]) => Promise<SQSBatchResponse>) {
  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .handler((event) =>
      consume(
        event.Records.map(({ messageId, body, receiptHandle }) => ({ id: messageId, body, receipt: receiptHandle })),
      ),
    );
}
