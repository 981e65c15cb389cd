import type { Kind } from '../contract.ts';
import { ofAws } from './aws.ts';
import { ofClusters } from './cluster.ts';
import { ofLiars } from './liars.ts';
import { ofOperators } from './operators.ts';
import { ofSizes } from './sizes.ts';

/** Every act by its name. */
export const acts: Readonly<Record<string, Kind>> = {
  ...ofAws,
  ...ofSizes,
  ...ofClusters,
  ...ofOperators,
  ...ofLiars,
};
