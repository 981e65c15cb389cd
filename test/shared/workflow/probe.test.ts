import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { workflows } from '../../../functions/workflows.ts';
import type { SubjectKind } from '../../../shared/domain/subject.ts';
import { AccessDeniedError } from '../../../shared/runtime/errors.ts';
import { defineWorkflow, type TaskContract } from '../../../shared/workflow/define-workflow.ts';
import { probe } from '../../../shared/workflow/probe.ts';

/** The task of a workflow whose cases are about these. */
function taskAbout(...subjects: SubjectKind[]): TaskContract {
  const any = { does: '', input: z.unknown(), output: z.unknown() };
  const name = { name: 'addon-upgrade', longestRun: 1, outcomes: [], reasons: {}, cleanup: null };
  return defineWorkflow({ ...any, ...name, subjects, tasks: { upgrade: { ...any, needs: { cases: 'work' } } } }).tasks
    .upgrade;
}

/** Cases of which a role may read those of these kinds: LeadingKeys refuse all others. */
function casesOf(...kinds: readonly SubjectKind[]) {
  const asked: string[] = [];
  const look = async (subjects: readonly string[]) => {
    asked.push(...subjects);
    if (subjects.some((subject) => !kinds.some((kind) => subject.startsWith(`${kind}/`)))) throw new Error('refused');
    return new Map();
  };
  return { asked, ports: { cases: { read: look, renew: look } } };
}

describe('a probe of cases', () => {
  it.each([[['addon']], [['workload', 'cluster']], [['instance']]] as SubjectKind[][][])(
    'reads one of every kind that the workflow is about, as in %j, and no other',
    async (kinds) => {
      const { asked, ports } = casesOf(...kinds);
      expect(await probe(taskAbout(...kinds), ports, 'demo')).toEqual({ tried: [{ what: 'cases' }] });
      expect([...new Set(asked.map((subject) => subject.split('/')[0]))]).toEqual(kinds);
    },
  );

  it('finds out that the role may not read them', async () => {
    const { tried } = await probe(taskAbout('addon'), casesOf('instance').ports, 'demo');
    expect(tried).toMatchObject([{ what: 'cases', error: { message: expect.stringMatching(/refused/) } }]);
  });

  it.each(workflows.map(({ name, subjects, tasks }) => [name, subjects, Object.values<TaskContract>(tasks)] as const))(
    'has something to read for every task of %s that needs cases',
    (_, subjects, tasks) => {
      for (const task of tasks) {
        expect(task.subjects).toEqual(subjects);
        expect('cases' in task.needs && subjects.length === 0).toBe(false);
      }
    },
  );
});

const denied = new AccessDeniedError('no');

describe('a probe of a function that works in clusters', () => {
  it('tells its role and what its rights there are', async () => {
    const rights = async () => [{ verb: 'list', group: '', resource: 'nodes' }];
    expect(
      await probe({ needs: { cluster: 'read' }, subjects: [] }, { cluster: async () => ({ rights }) }, 'demo'),
    ).toEqual({
      tried: [{ what: 'endpoint' }, { what: 'cluster' }],
      role: 'read',
      rights: ['list nodes'],
    });
  });

  it('tells EKS, which is asked for the endpoint, from the cluster', async () => {
    const unknown = { cluster: () => Promise.reject(denied) };
    expect(await probe({ needs: { cluster: 'read' }, subjects: [] }, unknown, 'demo')).toEqual({
      tried: [{ what: 'endpoint', error: { name: 'AccessDeniedError', message: 'no' } }],
      role: 'read',
    });
    const closed = { cluster: async () => ({ rights: () => Promise.reject(denied) }) };
    expect(await probe({ needs: { cluster: 'read' }, subjects: [] }, closed, 'demo')).toEqual({
      tried: [{ what: 'endpoint' }, { what: 'cluster', error: { name: 'AccessDeniedError', message: 'no' } }],
      role: 'read',
    });
  });
});
