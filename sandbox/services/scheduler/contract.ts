import type { RetryPolicy } from '../events/attempts.ts';

/** What a schedule calls; the shape of the API. */
export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: RetryPolicy;
  readonly EventBridgeParameters?: { readonly DetailType: string; readonly Source: string };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
}

/** The members that a person gives; the shape of CreateSchedule and UpdateSchedule. */
export interface ScheduleInput {
  readonly Name: string;
  readonly GroupName?: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly StartDate?: Date;
  readonly EndDate?: Date;
  readonly Description?: string;
  readonly State?: 'ENABLED' | 'DISABLED';
  readonly Target: ScheduleTarget;
  readonly FlexibleTimeWindow: { readonly Mode: 'OFF' | 'FLEXIBLE'; readonly MaximumWindowInMinutes?: number };
  readonly ActionAfterCompletion?: 'NONE' | 'DELETE';
  readonly ClientToken?: string;
}

/** One time that a schedule calls its target. */
export interface Occasion {
  readonly scheduleArn: string;
  readonly executionId: string;
  /** Epoch milliseconds; with a flexible window, its beginning. */
  readonly scheduledTime: number;
}
