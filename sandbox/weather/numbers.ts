import type { WeatherName } from './contract.ts';

const second = 1_000;
const minute = 60_000;

/** How one kind of spell comes. */
export interface SpellNumbers {
  /** Mean milliseconds from the end of a spell to the beginning of the next. */
  readonly every: number;
  /** Mean milliseconds of a spell. */
  readonly lasts: number;
  /** No spell is longer. */
  readonly atMost: number;
  /** Of the calls in a spell so many are hit, from 0 to 1. */
  readonly hits: number;
  /** Of the calls between spells so many are hit. */
  readonly stray: number;
}

export interface Numbers {
  readonly aws: SpellNumbers;
  readonly kubernetes: SpellNumbers;
  readonly functions: SpellNumbers;
  readonly events: { readonly late: number; readonly longest: number; readonly twice: number; readonly never: number };
  /** Of the calls that a function makes so many end it. */
  readonly kills: number;
  readonly coldStart: { readonly least: number; readonly most: number };
  /** Of the reads of EC2 and Auto Scaling so many lag behind, by up to so many milliseconds. */
  readonly reads: { readonly often: number; readonly most: number };
  /** A function's clock is off by up to so many milliseconds. */
  readonly skew: number;
}

/**
 * A rough day has an incident or two an hour in each service, of seconds to a minute; a storm is a bad hour of a region. Public reports of EKS control planes
 * that were away for 20 s to four minutes, and of EC2 throttled for minutes, lie between them.
 */
export const numbers: Readonly<Record<Exclude<WeatherName, 'calm'>, Numbers>> = {
  rough: {
    aws: { every: 20 * minute, lasts: 15 * second, atMost: 2 * minute, hits: 0.5, stray: 0.004 },
    kubernetes: { every: 20 * minute, lasts: 20 * second, atMost: 4 * minute, hits: 0.6, stray: 0.004 },
    functions: { every: 40 * minute, lasts: 10 * second, atMost: minute, hits: 0.6, stray: 0.002 },
    events: { late: 0.05, longest: 15 * minute, twice: 0.03, never: 0.01 },
    kills: 0.002,
    coldStart: { least: 200, most: 2 * second },
    reads: { often: 0.3, most: 8 * second },
    skew: 2 * second,
  },
  storm: {
    aws: { every: 5 * minute, lasts: 45 * second, atMost: 5 * minute, hits: 0.7, stray: 0.02 },
    kubernetes: { every: 5 * minute, lasts: 60 * second, atMost: 6 * minute, hits: 0.8, stray: 0.02 },
    functions: { every: 10 * minute, lasts: 30 * second, atMost: 3 * minute, hits: 0.8, stray: 0.01 },
    events: { late: 0.2, longest: 3 * 24 * 60 * minute, twice: 0.1, never: 0.05 },
    kills: 0.01,
    coldStart: { least: 500, most: 8 * second },
    reads: { often: 0.7, most: 10 * second },
    skew: 2 * minute,
  },
};
