import type { Attributes } from './digest.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  readonly sentAt: number;
  /** The message can be received from this moment on. */
  visibleAt: number;
  /** Not received yet and waiting for its delay. */
  delayed: boolean;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** Names the last receive; older receipt handles no longer delete. */
  receipt: string | undefined;
  receivedAt: number;
  deadLetterSource: string | undefined;
  /** Position of arrival in its queue, for messages that become visible at the same moment. */
  order: number;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: Attributes;
  readonly traceHeader?: string | undefined;
  readonly senderId: string;
  readonly delaySeconds?: number | undefined;
}

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
