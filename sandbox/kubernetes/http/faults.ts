import type { FaultMatch, FaultRule, FaultStatus } from '../contract.ts';
import { StatusError } from '../types/status.ts';
import type { RequestInfo } from './request-info.ts';

function matches(match: FaultMatch, info: RequestInfo, user: string): boolean {
  const of: Record<keyof FaultMatch, string | undefined> = { ...info, user };
  return (Object.keys(match) as (keyof FaultMatch)[]).every(
    (key) => match[key] === undefined || match[key] === of[key],
  );
}

const used = new WeakMap<FaultRule, number>();

/** The fault that a request meets: the first rule that matches, counted down and dropped when it is used up. */
export function takeFault(rules: FaultRule[], info: RequestInfo, user: string): FaultRule['answer'] | undefined {
  const rule = rules.find(({ match }) => matches(match, info, user));
  if (!rule) return undefined;
  const count = (used.get(rule) ?? 0) + 1;
  used.set(rule, count);
  if (rule.times !== undefined && count >= rule.times) rules.splice(rules.indexOf(rule), 1);
  return rule.answer;
}

/** The `Status` that a fault stands for. */
export function faultError(fault: FaultStatus): StatusError {
  const { status, reason = '', message = `injected fault ${status}`, causes, retryAfterSeconds } = fault;
  const details = { ...(causes ? { causes } : {}), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  return new StatusError(status, reason, message, details);
}

/** A success with nothing in it. */
export function emptyAnswer(verb: string): object {
  return verb === 'list' ? { kind: 'List', apiVersion: 'v1', metadata: {}, items: [] } : {};
}
