import type { EventObject } from './cluster-objects.ts';
import type { KubeObject } from './objects.ts';

interface EventsV1 extends KubeObject {
  readonly regarding?: EventObject['involvedObject'];
  readonly note?: string;
  readonly reason?: string;
  readonly type?: string;
  readonly action?: string;
  readonly eventTime?: string | null;
  readonly reportingController?: string;
  readonly reportingInstance?: string;
  readonly deprecatedCount?: number;
  readonly deprecatedFirstTimestamp?: string;
  readonly deprecatedLastTimestamp?: string;
  readonly deprecatedSource?: object;
}

/** A core event as `events.k8s.io/v1` shows it. Source: pkg/apis/events/v1/conversion.go. */
export function toEventsV1(object: KubeObject): KubeObject {
  const { involvedObject, message, count, firstTimestamp, lastTimestamp, source, reportingComponent, ...rest } =
    object as EventObject;
  const view = {
    ...rest,
    apiVersion: 'events.k8s.io/v1',
    eventTime: rest.eventTime ?? null,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedCount: count,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedSource: source,
  };
  return view;
}

/** The core event that an `events.k8s.io/v1` event is stored as. */
export function fromEventsV1(object: KubeObject): KubeObject {
  const {
    regarding,
    note,
    reportingController,
    deprecatedCount,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedSource,
    ...rest
  } = object as EventsV1;
  const event = {
    ...rest,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    message: note,
    reportingComponent: reportingController,
    count: deprecatedCount,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    source: deprecatedSource,
  };
  return event;
}
