import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../../../sandbox/services/events/pattern.ts';

const event = {
  source: 'aws.ec2',
  detail: {
    state: 'running',
    empty: '',
    nothing: null,
    count: 42,
    price: 12.5,
    flag: true,
    ip: '10.0.0.17',
    ip6: '2001:db8::17',
    file: 'dir/Photo.PNG',
    tags: ['red', 'green'],
    nested: {
      list: [
        { name: 'a', size: 1 },
        { name: 'b', size: 2 },
      ],
    },
    'instance-id': 'i-0123',
  },
};

const matches = (detail: object) => compilePattern(JSON.stringify({ detail }))(event);

/** Cases after the operators in the EventBridge user guide, "Comparison operators for use in event patterns". */
describe('an event pattern', () => {
  it.each([
    ['equal', { state: ['running'] }, true],
    ['one of several', { state: ['stopped', 'running'] }, true],
    ['not equal', { state: ['stopped'] }, false],
    ['case', { state: ['Running'] }, false],
    ['a number', { count: [42] }, true],
    ['a number as text', { count: ['42'] }, false],
    ['a boolean', { flag: [true] }, true],
    ['empty text', { empty: [''] }, true],
    ['null', { nothing: [null] }, true],
    ['null where nothing is', { missing: [null] }, false],
    ['all fields', { state: ['running'], count: [1] }, false],
    ['exists', { state: [{ exists: true }] }, true],
    ['exists not', { missing: [{ exists: false }] }, true],
    ['exists not, but does', { state: [{ exists: false }] }, false],
    ['an object does not exist as a leaf', { nested: [{ exists: true }] }, false],
    ['exists or equal', { missing: [{ exists: false }, 'x'] }, true],
    ['prefix', { state: [{ prefix: 'run' }] }, true],
    ['prefix ignoring case', { file: [{ prefix: { 'equals-ignore-case': 'DIR/' } }] }, true],
    ['suffix', { file: [{ suffix: '.PNG' }] }, true],
    ['suffix with another case', { file: [{ suffix: '.png' }] }, false],
    ['suffix ignoring case', { file: [{ suffix: { 'equals-ignore-case': '.png' } }] }, true],
    ['equal ignoring case', { state: [{ 'equals-ignore-case': 'RUNNING' }] }, true],
    ['wildcard', { file: [{ wildcard: 'dir/*.PNG' }] }, true],
    ['wildcard in the middle only', { file: [{ wildcard: 'dir/*.JPG' }] }, false],
    ['wildcard with an escaped star', { file: [{ wildcard: 'dir/\\*' }] }, false],
    ['numeric equal', { price: [{ numeric: ['=', 12.5] }] }, true],
    ['numeric range', { count: [{ numeric: ['>', 0, '<=', 42] }] }, true],
    ['numeric out of range', { count: [{ numeric: ['>', 42, '<', 50] }] }, false],
    ['numeric on text', { state: [{ numeric: ['>', 0] }] }, false],
    ['cidr v4', { ip: [{ cidr: '10.0.0.0/24' }] }, true],
    ['cidr v4 elsewhere', { ip: [{ cidr: '10.0.1.0/24' }] }, false],
    ['cidr v6', { ip6: [{ cidr: '2001:db8::/32' }] }, true],
    ['cidr of the other family', { ip6: [{ cidr: '10.0.0.0/8' }] }, false],
    ['cidr on text', { state: [{ cidr: '10.0.0.0/8' }] }, false],
    ['anything but', { state: [{ 'anything-but': 'stopped' }] }, true],
    ['anything but this', { state: [{ 'anything-but': ['running', 'x'] }] }, false],
    ['anything but a number', { count: [{ 'anything-but': [1, 2] }] }, true],
    ['anything but where nothing is', { missing: [{ 'anything-but': 'x' }] }, false],
    ['anything but a prefix', { state: [{ 'anything-but': { prefix: 'run' } }] }, false],
    ['anything but a suffix', { state: [{ 'anything-but': { suffix: 'x' } }] }, true],
    ['anything but prefixes', { state: [{ 'anything-but': { prefix: ['a', 'run'] } }] }, false],
    ['anything but ignoring case', { state: [{ 'anything-but': { 'equals-ignore-case': ['RUNNING'] } }] }, false],
    ['anything but a wildcard', { file: [{ 'anything-but': { wildcard: '*.PNG' } }] }, false],
    ['an element of a list', { tags: ['green'] }, true],
    ['no element of a list', { tags: ['blue'] }, false],
    ['an object in a list', { nested: { list: { name: ['b'] } } }, true],
    ['one object of a list as a whole', { nested: { list: { name: ['a'], size: [2] } } }, false],
    ['a key with a hyphen', { 'instance-id': [{ prefix: 'i-' }] }, true],
    ['$or', { $or: [{ state: ['stopped'] }, { count: [42] }] }, true],
    ['$or with none', { $or: [{ state: ['stopped'] }, { count: [1] }] }, false],
    ['$or beside other fields', { flag: [false], $or: [{ count: [42] }, { state: ['x'] }] }, false],
  ])('matches by %s: %j is %s', (_, detail, expected) => expect(matches(detail)).toBe(expected));

  it.each([
    ['text that is not JSON', '{', /Unexpected|Expected/],
    ['a list', '[]', /Filter is not an object/],
    ['nothing', '{}', /Empty objects/],
    ['an empty list', '{"a":[]}', /Empty arrays are not allowed/],
    ['a plain value', '{"a":"b"}', /"a" must be an object or an array/],
    ['an unknown operator', '{"a":[{"starts-with":"x"}]}', /Unrecognized match type starts-with/],
    ['two operators in one', '{"a":[{"prefix":"x","suffix":"y"}]}', /Only one key allowed/],
    ['a prefix that is no text', '{"a":[{"prefix":1}]}', /prefix match pattern must be a string/],
    ['exists with text', '{"a":[{"exists":"yes"}]}', /exists match pattern must be either true or false/],
    ['a numeric without a bound', '{"a":[{"numeric":[">"]}]}', /Value of > must be numeric/],
    ['a numeric that is no list', '{"a":[{"numeric":5}]}', /Value of numeric must be an array\./],
    ['a range of two lower bounds', '{"a":[{"numeric":[">",0,">",1]}]}', /Bad numeric range operator: >/],
    ['a range upside down', '{"a":[{"numeric":[">",5,"<",1]}]}', /Bottom must be less than top/],
    ['a bad CIDR', '{"a":[{"cidr":"10.0.0.0"}]}', /Malformed CIDR/],
    ['a CIDR without a number of bits', '{"a":[{"cidr":"10.0.0.0/x"}]}', /mask bits must be an integer/],
    ['a CIDR of no address', '{"a":[{"cidr":"xx.11/8"}]}', /Nonstandard IP address: xx\.11/],
    ['an empty prefix in anything-but', '{"a":[{"anything-but":{"prefix":""}}]}', /Null prefix\/suffix not allowed/],
    [
      'a number in a prefix of anything-but',
      '{"a":[{"anything-but":{"prefix":1}}]}',
      /prefix\/suffix match pattern must/,
    ],
    ['two stars', '{"a":[{"wildcard":"a**b"}]}', /Consecutive wildcard/],
    ['mixed types in anything-but', '{"a":[{"anything-but":["x",1]}]}', /mixed type/],
    ['an $or of one', '{"$or":[{"a":["b"]}]}', /at least 2/],
    ['a nested list', '{"a":[["b"]]}', /Match value must be/],
  ])('is refused when it is %s', (_, pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidEventPatternException', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['in the pattern', { 'state.status': ['running'] }, { state: { status: 'running' } }, true],
    ['in the event', { state: { status: ['running'] } }, { 'state.status': 'running' }, true],
    ['in both, cut at other places', { 'a.b': { c: [1] } }, { a: { 'b.c': 1 } }, true],
    ['beside nested keys', { a: { b: [1], c: [2] } }, { 'a.b': 1, a: { c: 2 } }, true],
    ['in an alternative', { $or: [{ 'a.b': [1] }, { c: [1] }] }, { a: { b: 1 } }, true],
    ['in an object of a list', { list: { 'a.b': [1] } }, { list: [{ a: { b: 2 } }, { a: { b: 1 } }] }, true],
    ['twice in the event', { a: { b: [2] } }, { 'a.b': 1, a: { b: 2 } }, true],
    ['with another depth in the event', { state: { status: ['x'] } }, { 'state.status': { status: 'x' } }, false],
    ['with another depth in the pattern', { 'state.status': { status: ['x'] } }, { state: { status: 'x' } }, false],
    ['that does not exist', { 'a.b': [{ exists: false }] }, { a: { b: 1 } }, false],
  ])('takes a dotted key for nested keys: %s', (_, pattern, detail, expected) => {
    expect(compilePattern(JSON.stringify({ detail: pattern }))({ detail })).toBe(expected);
  });

  it('matches anything with anything-but and an empty wildcard', () => {
    expect(matches({ state: [{ 'anything-but': { wildcard: '' } }] })).toBe(true);
  });
});
