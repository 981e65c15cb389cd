import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import {
  append,
  both,
  type Expression,
  expression,
  holds,
  listOf,
  not,
  nothing,
  path,
  rendered,
  union,
} from '../../infra/constructs/expression.ts';

/** What Step Functions would make of an expression with these variables. JSONata marks its lists; AWS gives them as JSON. */
async function evaluated(
  given: Expression<unknown>,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const text = /^\{%([\s\S]*)%\}$/.exec(rendered(given) as string)?.[1] ?? '';
  const value: unknown = await jsonata(text).evaluate({}, { ...variables });
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

const reason = (code: string) => ({ code, about: 'it "quotes"' });
const lists = [[], [reason('a')], [reason('a'), reason('b'), reason('c')]];
const pairs = lists.flatMap((left) => lists.map((right) => ({ left, right, l: left.length, r: right.length })));
interface Answer {
  readonly list: { code: string; about: string }[];
}
const left = path<Answer>('$left').list;
const right = path<Answer>('$states').list;

describe('lists in states', () => {
  it.each(pairs)('are appended in order and stay lists, with $l and $r items', async (given) => {
    const variables = { left: { list: given.left }, states: { list: given.right } };
    expect(await evaluated(append(left, right), variables)).toEqual([...given.left, ...given.right]);
    expect(await evaluated(append(left, right, nothing), variables)).toEqual([...given.left, ...given.right]);
    expect(await evaluated(append(nothing, left), variables)).toEqual(given.left);
  });

  it.each(pairs)('are united, each item once, and stay lists, with $l and $r items', async (given) => {
    const variables = { left: { list: given.left }, states: { list: given.right } };
    const longer = given.left.length > given.right.length ? given.left : given.right;
    expect(await evaluated(union(left, right), variables)).toEqual(longer);
    expect(await evaluated(union(left), variables)).toEqual(given.left);
  });

  it.each(lists)('are read from variables and answers as they are', async (...list) => {
    expect(await evaluated(left, { left: { list } })).toEqual(list);
    expect(await evaluated(path<string[]>('$list'), { list })).toEqual(list);
  });

  it('of any items are united as sets are', async () => {
    const items = fc.array(fc.record({ code: fc.constantFrom('a', 'b', 'c'), about: fc.string() }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(items, items, items, async (a, b, c) => {
        const united = await evaluated(union(path<string[]>('$a'), path<string[]>('$b'), path<string[]>('$c')), {
          a,
          b,
          c,
        });
        const once = new Map([...a, ...b, ...c].map((item) => [JSON.stringify(item), item]));
        expect(united).toEqual([...once.values()]);
      }),
    );
  });

  it('are made of literals, expressions and both', async () => {
    expect(await evaluated(listOf())).toEqual([]);
    expect(await evaluated(listOf('a'))).toEqual(['a']);
    expect(await evaluated(listOf<string>('a', path<string>('$b'), 'c'), { b: 'b' })).toEqual(['a', 'b', 'c']);
    const about = path<string>('$about');
    expect(await evaluated(listOf<ReturnType<typeof reason>>({ code: 'x', about }), { about: 'y' })).toEqual([
      { code: 'x', about: 'y' },
    ]);
  });
});

describe('literals in states', () => {
  it('are what they were, whatever characters and values they hold', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('it\'s "so" \\ {% no %}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), value), async (literal) => {
        expect(await evaluated(listOf(literal))).toEqual([JSON.parse(JSON.stringify(literal))]);
      }),
    );
  });

  it('are compared with quotes in them', async () => {
    const text = 'a "quoted" \\ text';
    expect(await evaluated(path<string>('$x').is(text), { x: text })).toBe(true);
    expect(await evaluated(path<string>('$x').is(text), { x: 'a' })).toBe(false);
    expect(await evaluated(path<number | null>('$x').is(null), { x: null })).toBe(true);
  });
});

describe('conditions in states', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('of %s and %s mean what they say', async (a, b) => {
    const [left, right] = [path<boolean>('$a'), path<boolean>('$b')];
    const given = { a, b };
    expect(await evaluated(holds(left), given)).toBe(a);
    expect(await evaluated(not(left), given)).toBe(!a);
    expect(await evaluated(both(left, not(right)), given)).toBe(a && !b);
    expect(await evaluated(not(both(left, right)), given)).toBe(!(a && b));
    const either = expression<boolean>('$a or $b');
    expect(await evaluated(both(either, right), given)).toBe((a || b) && b);
    expect(await evaluated(both(right, expression<boolean>('$a ? $b : true')), given)).toBe(b && (a ? b : true));
  });
});

describe('paths in states', () => {
  it.each(['code', 'is-ready', 'and', 'or', 'in', 'true', '1st', 'with space'])(
    'reach a member called %s',
    async (name) => {
      const member = path<Record<string, string>>('$x')[name] as Expression<string>;
      expect(await evaluated(member, { x: { [name]: 'found' } })).toBe('found');
    },
  );

  it('are rendered wherever they stand, and everything else as it is', () => {
    const given = { a: path<{ b: string }>('$x').b, c: [1, 'text', null, path('$y')], d: { e: true } };
    expect(rendered(given)).toEqual({ a: '{% $x.b %}', c: [1, 'text', null, '{% $y %}'], d: { e: true } });
  });
});
