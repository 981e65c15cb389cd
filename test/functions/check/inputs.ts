import type * as z from 'zod';
import type { check } from '../../../functions/check/contract.ts';

type Tasks = typeof check.tasks;

/** An input of each task, for tests of all handlers. */
export const inputs: { readonly [Name in keyof Tasks]: z.input<Tasks[Name]['input']> } = {
  inspectCluster: { input: { cluster: 'demo' } },
};
