import { InputError } from '../../input.ts';
import type { Kind } from '../contract.ts';
import { ofAws } from './aws.ts';
import { ofClusters } from './cluster.ts';
import { ofLiars } from './liars.ts';
import { ofOperators } from './operators.ts';
import { ofSizes } from './sizes.ts';

/** Every act by its name, by who does it. */
export const actsOf: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  aws: ofAws,
  sizes: ofSizes,
  cluster: ofClusters,
  operators: ofOperators,
  liars: ofLiars,
};

/** Names of the acts of some of those who do them. Throws for one that is not there. */
export function actsBy(whose: readonly string[]): string[] {
  const lost = whose.find((name) => !Object.hasOwn(actsOf, name));
  if (lost !== undefined) throw new InputError(`--only '${lost}': ${Object.keys(actsOf).join(', ')}`);
  return whose.flatMap((name) => Object.keys(actsOf[name] ?? {}));
}

/** Every act by its name. */
export const acts: Readonly<Record<string, Kind>> = Object.assign({}, ...Object.values(actsOf));
