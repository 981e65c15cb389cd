import * as z from 'zod';
import { lambdaEnvironment, readEnvironment } from '../../runtime/env.ts';
import { variables } from '../needs.ts';

/** @throws Error naming the variable that is missing */
export function prefix(): string {
  return readEnvironment({ [variables.prefix]: z.string().min(1) })[variables.prefix];
}

/** @throws Error naming the variable that is missing */
export function tableName(): string {
  return readEnvironment({ [variables.workTable]: z.string().min(1) })[variables.workTable];
}

/** What Lambda itself sets. */
export function lambda() {
  return readEnvironment({ ...lambdaEnvironment, AWS_ENDPOINT_URL: z.url().optional() });
}

/** @throws Error naming the variable that is missing */
export function alarmTopic(): string {
  return readEnvironment({ [variables.alarmTopic]: z.string().min(1) })[variables.alarmTopic];
}

/** @throws Error naming the variable that is missing */
export function functions(): string[] {
  return namesIn(variables.functions);
}

/** @throws Error naming the variable that is missing */
export function rules(): string[] {
  return namesIn(variables.rules);
}

function namesIn(variable: string): string[] {
  const { [variable]: text = '' } = readEnvironment({ [variable]: z.string() });
  return text.split(',').filter(Boolean);
}
