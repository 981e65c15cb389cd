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

/** Every act by its name. */
export const acts: Readonly<Record<string, Kind>> = Object.assign({}, ...Object.values(actsOf));
