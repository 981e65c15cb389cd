import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from './input.ts';
import { type WeatherOptions, weatherKinds, weatherNames } from './weather/contract.ts';

export interface Flags {
  readonly drill: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly port: number;
  readonly kubeconfig: string | undefined;
  readonly tokenReviews: number;
  readonly seed: number;
  readonly world: string;
  /** Another `steward.yaml` than the project's; absolute. */
  readonly config: string | undefined;
  readonly clock: 'real' | 'skip';
  readonly weather: WeatherOptions;
  /** A history to be played in place of a drill. */
  readonly replay: Replay | undefined;
  readonly logs: boolean;
  readonly help: boolean;
}

const options = {
  drill: { type: 'string', default: 'spot-interruption' },
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  port: { type: 'string', default: '4566' },
  kubeconfig: { type: 'string' },
  'token-reviews': { type: 'string', default: '4567' },
  seed: { type: 'string', default: '1' },
  world: { type: 'string', default: join(import.meta.dirname, 'worlds', 'demo.yaml') },
  config: { type: 'string' },
  clock: { type: 'string', default: 'skip' },
  weather: { type: 'string' },
  replay: { type: 'string' },
  acts: { type: 'string' },
  troubles: { type: 'string' },
  only: { type: 'string' },
  logs: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Ports are 16 bits wide; 0 takes a free one. */
const lastPort = 65_535;
/** Each part of the sandbox has a generator of its own, seeded with a hundredfold of this. */
const lastSeed = 1_000_000;
const lastReplay = 100_000_000;

/**
 * The flags of `npm start`.
 *
 * @throws InputError naming the flag
 */
export function readFlags(args: readonly string[]): Flags {
  const {
    port,
    'token-reviews': tokenReviews,
    seed,
    clock,
    weather,
    replay,
    acts,
    troubles,
    only,
    ...others
  } = parse(args);
  if (clock !== 'real' && clock !== 'skip') throw new InputError(`--clock '${clock}': real or skip`);
  return {
    ...others,
    kubeconfig: others.kubeconfig,
    config: others.config === undefined ? undefined : resolve(others.config),
    port: wholeNumber('--port', port, lastPort),
    tokenReviews: wholeNumber('--token-reviews', tokenReviews, lastPort),
    seed: wholeNumber('--seed', seed, lastSeed),
    clock,
    weather: readWeather(weather ?? (replay === undefined ? 'calm' : 'rough')),
    replay: readReplay(replay, { acts, troubles, only }),
  };
}

/** A history by its seed, and what of it is to happen, as `npm run simulate` prints it. */
export interface Replay {
  readonly seed: number;
  /** Whose acts are in it; everybody's by default. */
  readonly only: readonly string[] | undefined;
  /** Places in the list of its acts; all by default. */
  readonly acts: readonly number[] | undefined;
  /** Names of troubles; all by default. */
  readonly troubles: readonly string[] | undefined;
}

function readReplay(
  seed: string | undefined,
  given: Readonly<Record<'acts' | 'troubles' | 'only', string | undefined>>,
): Replay | undefined {
  if (seed === undefined) {
    const flag = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    if (flag !== undefined) throw new InputError(`--${flag}: goes with --replay`);
    return undefined;
  }
  return {
    seed: wholeNumber('--replay', seed, lastReplay),
    only: given.only?.split(','),
    acts: listOf(given.acts)?.map((place) => wholeNumber('--acts', place, 1_000)),
    troubles: listOf(given.troubles),
  };
}

/** `none` is an empty list. */
function listOf(text: string | undefined): readonly string[] | undefined {
  return text === 'none' ? [] : text?.split(',');
}

/** `rough`, or `rough:kubernetes,events` for some kinds of it only. */
function readWeather(text: string): WeatherOptions {
  const [given, list] = text.split(':');
  const name = weatherNames.find((known) => known === given);
  if (!name) throw new InputError(`--weather '${text}': ${weatherNames.join(', ')}`);
  if (list === undefined) return { name };
  const kinds = list.split(',').map((each) => {
    const kind = weatherKinds.find((known) => known === each);
    if (kind) return kind;
    throw new InputError(`--weather '${text}': the kinds are ${weatherKinds.join(', ')}, not '${each}'`);
  });
  return { name, kinds };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // The first line says what is wrong; others, if any, how Node's parser may be got around.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new InputError(`${message.replace(/\.$/, '')}; npm start -- --help lists all flags`, { cause: error });
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= most) return number;
  throw new InputError(`${flag} '${text}': a whole number from 0 to ${most}`);
}
