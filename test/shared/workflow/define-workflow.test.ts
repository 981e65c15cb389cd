import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineWorkflow } from '../../../shared/workflow/define-workflow.ts';

const boil = {
  name: 'boil',
  does: 'Boils eggs',
  longestRun: 600,
  subjects: [],
  input: z.strictObject({ cluster: z.string(), of: z.string().optional() }),
  output: z.unknown(),
  outcomes: [],
  reasons: {},
  tasks: {},
} as const;

describe('the cleanup of a workflow', () => {
  it('is an input that the workflow takes', () => {
    const { cleanup, input } = defineWorkflow({
      ...boil,
      cleanup: ({ cluster, execution }) => ({ cluster, of: execution }),
    });
    expect(input.parse(cleanup?.({ cluster: 'demo', execution: 'run' }))).toEqual({ cluster: 'demo', of: 'run' });
  });

  it('is refused by the compiler when it is another, or when nothing is said of it', () => {
    // @ts-expect-error: `cluster` is missing
    defineWorkflow({ ...boil, cleanup: ({ execution }) => ({ of: execution }) });
    // @ts-expect-error: the input has no such member
    defineWorkflow({ ...boil, cleanup: ({ cluster, execution }) => ({ cluster, undo: execution }) });
    // @ts-expect-error: nothing is said
    expect(defineWorkflow(boil).name).toBe('boil');
  });
});
