import { describe, expect, it } from '@jest/globals';
import { began, invoke, one, parts, run, useMachines } from './machine-lab.ts';

useMachines();

describe('a state', () => {
  it.each<[string, object, unknown, unknown]>([
    ['Pass gives its input', one({ Type: 'Pass' }), { a: 1 }, { a: 1 }],
    [
      'Pass gives its Output',
      one({ Type: 'Pass', Output: { sum: '{% $states.input.a + 1 %}', text: 'as it is' } }),
      { a: 1 },
      { sum: 2, text: 'as it is' },
    ],
    [
      'keys with hyphens are read in quotes',
      one({ Type: 'Pass', Output: '{% $states.input.detail."instance-id" %}' }),
      { detail: { 'instance-id': 'i-1' } },
      'i-1',
    ],
    [
      'Succeed ends with its Output',
      { StartAt: 'A', States: { A: { Type: 'Succeed', Output: '{% [1, 2] %}' } } },
      {},
      [1, 2],
    ],
    ['a task gives the whole answer', one(invoke({ Output: '{% $states.result.Payload %}' })), { n: 3 }, { n: 3 }],
    [
      '$parse, $partition and $range are there',
      one({ Type: 'Pass', Output: '{% {"p": $parse("[1]"), "q": $partition([1,2,3], 2), "r": $range(1, 5, 2)} %}' }),
      {},
      { p: [1], q: [[1, 2], [3]], r: [1, 3, 5] },
    ],
  ])('%s', async (_, definition, input, output) => {
    expect(await run(definition, input)).toMatchObject({ status: 'SUCCEEDED', output });
  });

  it('Choice goes the first way that holds, else by default, else fails', async () => {
    const choice = (more: object) => ({
      StartAt: 'C',
      States: {
        C: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 5 %}', Next: 'Big' },
            { Condition: '{% $states.input.n > 1 %}', Next: 'Some' },
          ],
          ...more,
        },
        Big: { Type: 'Pass', Output: 'big', End: true },
        Some: { Type: 'Pass', Output: 'some', End: true },
        Few: { Type: 'Pass', Output: 'few', End: true },
      },
    });
    const withDefault = choice({ Default: 'Few' });
    expect((await run(withDefault, { n: 9 })).output).toBe('big');
    expect((await run(withDefault, { n: 3 })).output).toBe('some');
    expect((await run(withDefault, { n: 0 })).output).toBe('few');
    const without = choice({});
    Reflect.deleteProperty(without.States, 'Few');
    expect(await run(without, { n: 0 })).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('Wait waits on the clock, by seconds and until a time', async () => {
    const until = new Date(began + 3_600_000).toISOString();
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Wait', Seconds: '{% 60 * 2 %}', Next: 'B' },
        B: { Type: 'Wait', Timestamp: until, End: true },
      },
    };
    await run(definition, {}, 60_000);
    expect(parts.clock.now() - began).toBeGreaterThanOrEqual(3_600_000);
    expect(parts.clock.now() - began).toBeLessThanOrEqual(3_660_000);
  });

  it('Fail ends with its error and cause', async () => {
    expect(
      await run({ StartAt: 'A', States: { A: { Type: 'Fail', Error: "{% 'My' & 'Error' %}", Cause: 'because' } } }),
    ).toMatchObject({ status: 'FAILED', error: 'MyError', cause: 'because' });
  });
});

describe('variables', () => {
  it('are seen by later states; Assign and Output see what was before', async () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}' }, Output: '{% $x %}', Next: 'C' },
        C: { Type: 'Pass', Output: '{% [$states.input, $x] %}', End: true },
      },
    };
    expect((await run(definition)).output).toEqual([1, 2]);
  });

  it('of an outer scope are read in a Map, and what is assigned there stays there', async () => {
    const processor = {
      StartAt: 'I',
      States: {
        I: { Type: 'Pass', Assign: { y: '{% $states.input * $x %}' }, Next: 'J' },
        J: { Type: 'Pass', Output: '{% $y %}', End: true },
      },
    };
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 10 }, Next: 'M' },
        M: { Type: 'Map', Items: '{% [1, 2, 3] %}', ItemProcessor: processor, Next: 'E' },
        E: { Type: 'Pass', Output: '{% {"items": $states.input, "leaked": $exists($y)} %}', End: true },
      },
    };
    expect((await run(definition)).output).toEqual({ items: [10, 20, 30], leaked: false });
  });

  it.each([
    ['a result that is undefined', one({ Type: 'Pass', Output: '{% $states.input.nothing %}' })],
    ['an unknown variable', one({ Type: 'Pass', Output: '{% $nothing + 1 %}' })],
    ['a type that does not fit', one({ Type: 'Wait', Seconds: "{% 'soon' %}" })],
  ])('and %s end in States.QueryEvaluationError', async (_, definition) => {
    expect(await run(definition)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});
