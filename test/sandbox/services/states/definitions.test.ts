import { describe, expect, it } from '@jest/globals';
import { call, define, invoke, one, roleArn, useMachines } from './machine-lab.ts';

useMachines();

describe('a definition is refused', () => {
  const pass = { Type: 'Pass', End: true };

  it.each<[string, object, RegExp]>([
    ['in JSONPath', { QueryLanguage: 'JSONPath', StartAt: 'A', States: { A: pass } }, /JSONata.*not JSONPath/],
    ['with an unknown field', one({ Type: 'Pass', ResultPath: '$.x' }), /"ResultPath" is not supported/],
    ['with an unknown field of the machine', { ...one({ Type: 'Pass' }), Processor: 1 }, /"Processor"/],
    ['with an unknown type of state', one({ Type: 'Jump' }), /Unknown state type 'Jump'/],
    [
      'with a target that is not there',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } },
      /Missing 'Next' target: B/,
    ],
    ['with a state that nothing leads to', { StartAt: 'A', States: { A: pass, B: pass } }, /"B" is not reachable/],
    [
      'with States.ALL beside others',
      one(invoke({ Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] })),
      /alone and at the end/,
    ],
    [
      'with a heartbeat as long as the timeout',
      one(invoke({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })),
      /HeartbeatSeconds/,
    ],
    ['with an expression that is none', one({ Type: 'Pass', Output: '{% $( %}' }), /INVALID_JSONATA/],
    ['with Next and End', { StartAt: 'A', States: { A: { ...pass, Next: 'B' }, B: pass } }, /either Next or End/],
    ['with a Task without a resource', one({ Type: 'Task' }), /needs Resource/],
    [
      'with a Wait for two things',
      one({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
      /either Seconds or/,
    ],
    ['with a Wait for nothing', one({ Type: 'Wait' }), /either Seconds or Timestamp/],
    [
      'with a Choice of nothing',
      { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [] } } },
      /Choices must be a list/,
    ],
    [
      'with a choice rule of JSONPath',
      { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [{ Variable: '$.x', Next: 'B' }] }, B: pass } },
      /"Variable".*needs a Condition/,
    ],
    [
      'with a catcher that has a ResultPath',
      one(invoke({ Catch: [{ ErrorEquals: ['X'], ResultPath: '$', Next: 'A' }] })),
      /"ResultPath"/,
    ],
    [
      'with a retrier that speeds up',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] })),
      /BackoffRate/,
    ],
    [
      'with a longest delay below the first',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })),
      /MaxDelaySeconds/,
    ],
    [
      'with a jitter of its own',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'SOME' }] })),
      /JitterStrategy/,
    ],
    [
      'with a name of 81 characters',
      { StartAt: 'x'.repeat(81), States: { ['x'.repeat(81)]: pass } },
      /up to 80 characters/,
    ],
    [
      'with a distributed Map',
      one({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'A', States: { A: pass } },
      }),
      /INLINE/,
    ],
    [
      'with a resource that the sandbox does not have',
      one({ Type: 'Task', Resource: 'arn:aws:states:::sns:publish' }),
      /sns:publish/,
    ],
  ])('%s, by name', async (_, definition, message) => {
    await expect(define(definition)).rejects.toThrow(message);
  });

  it('under a name that another machine has, and taken again when it is the same', async () => {
    const create = (state: object, name = 'twice') =>
      call<{ stateMachineArn: string }>('CreateStateMachine', {
        name,
        roleArn,
        definition: JSON.stringify({ QueryLanguage: 'JSONata', ...one(state) }),
      });
    const first = await create({ Type: 'Pass' });
    expect((await create({ Type: 'Pass' })).stateMachineArn).toBe(first.stateMachineArn);
    await expect(create({ Type: 'Succeed', End: undefined })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    });
    await expect(create({ Type: 'Pass' }, 'a b')).rejects.toMatchObject({ code: 'InvalidName' });
  });

  it('as EXPRESS', async () => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...one({ Type: 'Pass' }) });
    await expect(call('CreateStateMachine', { name: 'x', definition, roleArn, type: 'EXPRESS' })).rejects.toMatchObject(
      { message: expect.stringContaining('EXPRESS') },
    );
  });

  it('by ValidateStateMachineDefinition too, which names the place', async () => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...one({ Type: 'Pass', ResultPath: 'x' }) });
    expect(await call('ValidateStateMachineDefinition', { definition })).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ location: '/States/A/ResultPath' }],
    });
  });
});
