import type { Random } from '../random.ts';
import type { SpellNumbers } from './numbers.ts';

/** One of several, with how often each comes. */
export type Weighted<Kind> = readonly (readonly [kind: Kind, weight: number])[];

export function pick<Kind>(random: Random, choices: Weighted<Kind>): Kind {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [kind, weight] of choices) {
    left -= weight;
    if (left < 0) return kind;
  }
  return (choices.at(-1) as (typeof choices)[number])[0];
}

/** Exponentially distributed, as the times between things that have nothing to do with each other. */
function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

interface Spell<Kind> {
  readonly begins: number;
  readonly ends: number;
  readonly kind: Kind;
}

/** The spells of trouble in one place. When they are depends on the seed and the time alone: how often somebody looks changes nothing. */
export class Spells<Kind> {
  readonly #random: Random;
  readonly #numbers: SpellNumbers;
  readonly #kinds: Weighted<Kind>;
  #next: Spell<Kind>;

  /** @param begins epoch milliseconds from which on there can be spells */
  constructor(random: Random, numbers: SpellNumbers, kinds: Weighted<Kind>, begins: number) {
    this.#random = random;
    this.#numbers = numbers;
    this.#kinds = kinds;
    this.#next = this.#after(begins);
  }

  /** The kind of the spell at that time, if there is one. Times only go forward. */
  at(now: number): Kind | undefined {
    while (now >= this.#next.ends) this.#next = this.#after(this.#next.ends);
    return now >= this.#next.begins ? this.#next.kind : undefined;
  }

  #after(time: number): Spell<Kind> {
    const { every, lasts, atMost } = this.#numbers;
    const begins = time + exponential(this.#random, every);
    const ends = begins + Math.min(atMost, exponential(this.#random, lasts));
    return { begins, ends, kind: pick(this.#random, this.#kinds) };
  }
}
