import type { Json } from './json.ts';

/** An event as it travels; the shape that targets receive. */
export interface Event {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** RFC 3339 with whole seconds, as AWS sends it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: { readonly [key: string]: Json };
}

/** What an AWS service of the sandbox says has happened. */
export interface NewEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources?: readonly string[];
  readonly detail: object;
}

/** A delivery that was given up. */
export interface FailedDelivery {
  readonly ruleName: string;
  /** The name of the rule's bus. */
  readonly bus: string;
  /** What became of it, if the target has a dead-letter queue. */
  readonly deadLetter: 'sent' | 'lost' | undefined;
}

export interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
}

/** For tests of lost, late and repeated events: the delays of each delivery in milliseconds; none loses it, two doubles it. */
export type Disturbance = (event: Event, target: Target) => readonly number[];
