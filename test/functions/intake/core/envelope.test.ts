import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEnvelope } from '../../../../functions/intake/core/envelope.ts';
import { routed } from '../../../../functions/intake/route.ts';
import { spotInterruption } from '../../../../functions/intake/routes/spot-interruption.ts';
import { routes } from '../../../../functions/intake/routes.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const receiver = { now, account: '123456789012', region: 'eu-west-1' };

function event(given: Record<string, unknown> = {}, detail: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: '0',
    id: '1e5527d7-bb36-4607-3370-4164db56a40e',
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-11-24T09:59:58Z',
    region: 'eu-west-1',
    resources: ['arn:aws:ec2:eu-west-1b:instance/i-0b662ef9931388ba0'],
    detail: { 'instance-id': 'i-0b662ef9931388ba0', 'instance-action': 'terminate', ...detail },
    ...given,
  };
}

/** The event with its route, or why it goes to quarantine. */
function read(body: string) {
  const envelope = openEnvelope(body, receiver);
  return 'kind' in envelope ? envelope : routed(routes, envelope);
}

function parse(given: unknown) {
  return read(typeof given === 'string' ? given : JSON.stringify(given));
}

describe('an event in the inbox', () => {
  it('is read when it is a Spot interruption', () => {
    expect(parse(event())).toEqual({
      route: spotInterruption,
      event: {
        detail: { 'instance-id': 'i-0b662ef9931388ba0', 'instance-action': 'terminate' },
        time: now - 2_000,
      },
    });
  });

  it("is read when resources is a plain text, as in one of AWS's own samples", () => {
    expect(
      parse(event({ resources: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0b662ef9931388ba0' })),
    ).toMatchObject({ route: spotInterruption });
  });

  it.each([
    ['EC2 Instance Rebalance Recommendation', {}],
    ['EC2 Instance State-change Notification', { state: 'stopping' }],
  ])('is read when it is %s', (type, detail) => {
    expect(parse(event({ 'detail-type': type }, detail))).toMatchObject({ route: { rule: { detailType: type } } });
  });

  it('is read when an execution has ended, and only from Step Functions', () => {
    const ended = (source: string) =>
      parse(
        event(
          { source, 'detail-type': 'Step Functions Execution Status Change' },
          { name: 'run', stateMachineArn: 'arn', status: 'ABORTED' },
        ),
      );
    expect(ended('aws.states')).toMatchObject({ event: { detail: { name: 'run' } } });
    expect(ended('eks-steward.drill')).toMatchObject({ kind: 'Quarantine', code: 'WrongEnvelope' });
  });

  it('is read from a drill of our own', () => {
    expect(parse(event({ source: 'eks-steward.drill' }))).toMatchObject({ route: spotInterruption });
  });

  it.each([
    ['text that is not JSON', 'TEST', 'NotJson'],
    ['nothing', '', 'NotJson'],
    ['a byte order mark', `\ufeff${JSON.stringify(event())}`, 'NotJson'],
    ['null', 'null', 'WrongEnvelope'],
    ['a list', '[]', 'WrongEnvelope'],
    ['a number', '7', 'WrongEnvelope'],
    ['an empty object', '{}', 'WrongEnvelope'],
    ['300 KB', JSON.stringify({ ...event(), padding: 'x'.repeat(300_000) }), 'TooLarge'],
    ['depth 100', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'TooDeep'],
    ['depth 100,000', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'TooDeep'],
    ['a __proto__ key', JSON.stringify(event()).replace('"version"', '"__proto__":{"a":1},"version"'), 'ForbiddenKey'],
    ['a constructor key in the detail', event({}, { constructor: { prototype: 1 } }), 'ForbiddenKey'],
    ['a source of another service', event({ source: 'aws.s3' }), 'WrongEnvelope'],
    ['a source in mixed case', event({ source: 'AWS.EC2' }), 'WrongEnvelope'],
    ['a detail-type that we do not subscribe to', event({ 'detail-type': 'EC2 Something' }), 'WrongEnvelope'],
    ['no detail', event({ detail: undefined }), 'WrongEnvelope'],
    ['another account', event({ account: '210987654321' }), 'WrongAccount'],
    ['another region', event({ region: 'us-east-1' }), 'WrongAccount'],
    ['a time in ten minutes', event({ time: '2026-11-24T10:10:00Z' }), 'FutureTime'],
    ['a time of two days ago', event({ time: '2026-11-22T10:00:00Z' }), 'StaleTime'],
    ['a time that is none', event({ time: 'yesterday' }), 'WrongEnvelope'],
    ['an instance id in upper case', event({}, { 'instance-id': 'I-0B662EF9931388BA0' }), 'WrongField'],
    ['an instance id that climbs', event({}, { 'instance-id': 'i-../../secret' }), 'WrongField'],
    ['an instance id of 10 KB', event({}, { 'instance-id': `i-${'0'.repeat(10_000)}` }), 'WrongField'],
    ['a list of instance ids', event({}, { 'instance-id': ['i-0b662ef9931388ba0'] }), 'WrongField'],
    ['unicode digits', event({}, { 'instance-id': 'i-٠b662ef9931388ba0' }), 'WrongField'],
    ['an unknown action', event({}, { 'instance-action': 'explode' }), 'WrongField'],
  ])('goes to quarantine when it is %s', (_, given, code) => {
    expect(parse(given)).toMatchObject({ kind: 'Quarantine', code, reason: expect.stringMatching(/.+/) });
  });

  it('never throws and never changes how objects behave, whatever comes', () => {
    const values = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(event({}, { 'instance-id': value as string }))),
    );
    fc.assert(
      fc.property(values, (body) => {
        const answer = read(body);
        expect('kind' in answer ? answer.kind === 'Quarantine' : routes.includes(answer.route)).toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });
});
