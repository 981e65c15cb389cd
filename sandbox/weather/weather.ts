import type { AwsError } from '../aws/contract.ts';
import type { SandboxClock } from '../clock.ts';
import type { Random } from '../random.ts';
import { type AwsSpell, awsSpells, awsTrouble } from './aws-troubles.ts';
import {
  type AwsCall,
  type FunctionTrouble,
  type KubernetesRefusal,
  type KubernetesRequest,
  type Sky,
  type Trouble,
  type WeatherKind,
  type WeatherOptions,
  weatherKinds,
} from './contract.ts';
import { type KubernetesSpell, kubernetesSpells, kubernetesTrouble } from './kubernetes-troubles.ts';
import { type Numbers, numbers, type SpellNumbers } from './numbers.ts';
import { pick, Spells, type Weighted } from './spells.ts';

/** The weather of one sandbox. Calm weather has no object: see {@link makeWeather}. */
export class Weather implements Sky {
  readonly #numbers: Numbers;
  readonly #kinds: ReadonlySet<WeatherKind>;
  readonly #until: number;
  readonly #clock: Pick<SandboxClock, 'now'>;
  readonly #random: (place: string) => Random;
  readonly #begins: number;
  readonly #draws = new Map<string, Random>();
  readonly #spells = new Map<string, Spells<never>>();

  /** @param random a stream of numbers for each place */
  constructor(
    options: WeatherOptions,
    given: Numbers,
    clock: Pick<SandboxClock, 'now'>,
    random: (place: string) => Random,
  ) {
    this.#numbers = given;
    this.#kinds = new Set(options.kinds ?? weatherKinds);
    this.#until = options.until ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
    this.#random = random;
    this.#begins = options.from ?? clock.now();
  }

  aws(call: AwsCall): Trouble<AwsError> | undefined {
    const { service, from } = call;
    const draw = this.#drawOf('aws', service);
    const spell = draw && this.#hit<AwsSpell>(`aws ${service}`, draw, this.#numbers.aws, awsSpells);
    if (draw && spell !== undefined) return awsTrouble(from === 'machine' ? answered(spell) : spell, call, draw);
    return from === 'wire' ? this.#kill(service) : undefined;
  }

  kubernetes(cluster: string, request: KubernetesRequest): Trouble<KubernetesRefusal> | undefined {
    const draw = this.#drawOf('kubernetes', cluster);
    const given = this.#numbers.kubernetes;
    const spell = draw && this.#hit<KubernetesSpell>(`kubernetes ${cluster}`, draw, given, kubernetesSpells);
    const trouble = draw && spell !== undefined ? kubernetesTrouble(spell, request, draw) : undefined;
    return trouble ?? this.#kill(cluster);
  }

  delays(rule: string): readonly number[] {
    const draw = this.#drawOf('events', rule);
    if (!draw) return [0];
    const { late, longest, twice, never } = this.#numbers.events;
    const delay = () => (draw() < late ? Math.round(draw() ** 3 * longest) : 0);
    if (draw() < never) return [];
    return draw() < twice ? [delay(), Math.round(draw() * 60_000)] : [delay()];
  }

  invocation(name: string): FunctionTrouble {
    const draw = this.#drawOf('functions', name);
    if (!draw) return { throttled: false, coldStart: 0 };
    const { least, most } = this.#numbers.coldStart;
    const throttled = this.#hit<true>(`functions ${name}`, draw, this.#numbers.functions, [[true, 1]]) === true;
    return { throttled, coldStart: Math.round(least + draw() * (most - least)) };
  }

  lag(service: string, caller: string): number {
    const draw = this.#drawOf('reads', `${service} ${caller}`);
    if (!draw) return 0;
    const { often, most } = this.#numbers.reads;
    // Most reads are nearly up to date, few are as far behind as they can be.
    return draw() < often ? Math.round(draw() ** 2 * most) : 0;
  }

  skew(name: string): number {
    const draw = this.#drawOf('functions', `clock of ${name}`);
    return draw ? Math.round((2 * draw() - 1) * this.#numbers.skew) : 0;
  }

  /** Is the function that makes a call killed there? */
  #kill(where: string): Trouble<never> | undefined {
    const draw = this.#drawOf('functions', `killed at ${where}`);
    if (!draw || draw() >= this.#numbers.kills) return undefined;
    return { kind: 'kill', moment: draw() < 0.5 ? 'before' : 'after' };
  }

  /** The kind of trouble that hits a call, if one does. */
  #hit<Kind>(place: string, draw: Random, given: SpellNumbers, kinds: Weighted<Kind>): Kind | undefined {
    const known = this.#spells.get(place) as Spells<Kind> | undefined;
    const spells = known ?? new Spells(this.#random(`spells of ${place}`), given, kinds, this.#begins);
    this.#spells.set(place, spells as Spells<never>);
    const spell = spells.at(this.#clock.now());
    if (spell !== undefined) return draw() < given.hits ? spell : undefined;
    return draw() < given.stray ? pick(draw, kinds) : undefined;
  }

  /** The numbers that are drawn for single calls at a place; none where it is calm. */
  #drawOf(kind: WeatherKind, name: string): Random | undefined {
    const now = this.#clock.now();
    if (!this.#kinds.has(kind) || now < this.#begins || now >= this.#until) return undefined;
    const key = `${kind} ${name}`;
    const draw = this.#draws.get(key) ?? this.#random(key);
    this.#draws.set(key, draw);
    return draw;
  }
}

/** The nearest spell in which calls are answered. */
function answered(spell: AwsSpell): AwsSpell {
  return spell === 'losing' || spell === 'silent' ? 'failing' : spell;
}

/** The weather of a sandbox; none when it is calm. */
export function makeWeather(
  options: WeatherOptions,
  clock: Pick<SandboxClock, 'now'>,
  random: (place: string) => Random,
): Weather | undefined {
  return options.name === 'calm' ? undefined : new Weather(options, numbers[options.name], clock, random);
}
