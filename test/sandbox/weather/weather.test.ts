import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../sandbox/aws/contract.ts';
import { namedRandom } from '../../../sandbox/random.ts';
import { type WeatherKind, type WeatherName, weatherKinds } from '../../../sandbox/weather/contract.ts';
import { makeWeather, type Weather } from '../../../sandbox/weather/weather.ts';
import { start } from '../aws/support.ts';
import { HeldClock } from '../held-clock.ts';

let clock: HeldClock;
beforeEach(() => {
  clock = new HeldClock(start, false);
});
afterEach(() => clock.close());

function weather(name: WeatherName, kinds?: readonly WeatherKind[], until?: number): Weather | undefined {
  const options = { name, ...(kinds && { kinds }), ...(until !== undefined && { until }) };
  return makeWeather(options, clock, (place) => namedRandom(1, place));
}

const patch = { user: 'eve', arn: undefined, verb: 'patch', resource: 'nodes', name: 'a', continued: false };

/** What a day of calls, one of each kind every ten seconds, meets. */
async function day(given: Weather | undefined): Promise<Record<WeatherKind, unknown[]>> {
  const met: Record<WeatherKind, unknown[]> = { aws: [], kubernetes: [], events: [], functions: [], reads: [] };
  for (let call = 0; call < 8_640; call++) {
    await clock.letPass(10_000);
    const troubles = [
      given?.aws({ service: 'ec2', operation: 'DescribeInstances', input: {}, principal: person, from: 'wire' }),
      given?.kubernetes('demo', patch),
    ];
    for (const [index, trouble] of troubles.entries()) {
      if (trouble?.kind === 'kill') met.functions.push(trouble);
      else if (trouble) met[index === 0 ? 'aws' : 'kubernetes'].push(trouble);
    }
    const delays = given?.delays('target') ?? [0];
    if (delays.join() !== '0') met.events.push(delays);
    const lag = given?.lag('ec2', 'drain') ?? 0;
    if (lag > 0) met.reads.push(lag);
    const invocation = given?.invocation('drain');
    if (invocation?.throttled || invocation?.coldStart) met.functions.push(invocation);
  }
  return met;
}

describe('weather', () => {
  it('that is calm is none', () => {
    expect(weather('calm')).toBeUndefined();
  });

  it.each(weatherKinds)('can be had of the kind %s alone', async (kind) => {
    const met = await day(weather('storm', [kind]));
    for (const each of weatherKinds) expect([each, met[each].length > 0]).toEqual([each, each === kind]);
  });

  it('is worse in a storm than on a rough day', async () => {
    const rough = await day(weather('rough'));
    const storm = await day(weather('storm'));
    for (const kind of ['aws', 'kubernetes', 'events'] as const) {
      expect(rough[kind].length).toBeGreaterThan(0);
      expect(storm[kind].length).toBeGreaterThan(2 * rough[kind].length);
    }
  });

  it('is the same again from the same seed', async () => {
    const one = await day(weather('storm'));
    clock.close();
    clock = new HeldClock(start, false);
    expect(await day(weather('storm'))).toEqual(one);
  });

  it('ends when it is told to', async () => {
    const met = await day(weather('storm', weatherKinds, start));
    expect(met).toEqual({ aws: [], kubernetes: [], events: [], functions: [], reads: [] });
  });

  it('begins when it is told to', async () => {
    const options = { name: 'storm', from: start + 3_600_000, until: start + 7_200_000 } as const;
    const given = makeWeather(options, clock, (place) => namedRandom(1, place));
    const lagging = async () => {
      await clock.letPass(3_000_000);
      return Array.from({ length: 20 }, () => given?.lag('ec2', 'drain') ?? 0).some((lag) => lag > 0);
    };
    expect([await lagging(), await lagging(), await lagging()]).toEqual([false, true, false]);
  });

  it('lets no read lag behind by more than ten seconds', async () => {
    const lags = (await day(weather('storm', ['reads']))).reads as number[];
    expect(Math.max(...lags)).toBeLessThanOrEqual(10_000);
    expect(Math.max(...lags)).toBeGreaterThan(8_000);
  });

  it('says that somebody else works on a group, or that a right has been taken away, in the words of the service', async () => {
    const given = weather('storm', ['aws']);
    const codes = new Map<string, Set<string>>();
    for (let time = 0; time < 8_640; time++) {
      await clock.letPass(10_000);
      for (const [service, operation] of [
        ['autoscaling', 'SetDesiredCapacity'],
        ['autoscaling', 'CreateAutoScalingGroup'],
        ['ec2', 'DescribeInstances'],
      ] as const) {
        const trouble = given?.aws({ service, operation, input: {}, principal: person, from: 'wire' });
        if (trouble?.kind === 'error')
          codes.set(operation, (codes.get(operation) ?? new Set()).add(trouble.error.code));
      }
    }
    const contended = ['ScalingActivityInProgress', 'ResourceContention'];
    expect([...(codes.get('SetDesiredCapacity') ?? [])]).toEqual(
      expect.arrayContaining([...contended, 'AccessDenied']),
    );
    expect([...(codes.get('DescribeInstances') ?? [])]).toContain('UnauthorizedOperation');
    for (const code of contended) expect([...(codes.get('CreateAutoScalingGroup') ?? [])]).not.toContain(code);
  });

  it('lets a throttled call do nothing, and has every way of losing an answer before and after it took effect', async () => {
    const met = (await day(weather('storm'))).aws as { kind: string; moment?: string; error?: { code: string } }[];
    const throttled = met.filter(({ error }) => error?.code === 'RequestLimitExceeded');
    expect(new Set(throttled.map(({ moment }) => moment))).toEqual(new Set(['before']));
    const ways = new Set(met.map(({ kind, moment }) => [kind, moment].join(' ')));
    expect(ways).toEqual(
      new Set(['error before', 'error after', 'reset before', 'reset after', 'hang before', 'hang after', 'slow ']),
    );
  });
});
