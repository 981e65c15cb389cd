import * as z from 'zod';
import { nodeReplacementPolicy } from './node-replacement.ts';

/** EKS: begins with a letter or digit, then letters, digits, `-` and `_`, at most 100 (CreateCluster API reference). */
export const clusterName = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/, 'must be the name of an EKS cluster: letters, digits, - and _');

export const clusterSettings = z.strictObject({
  'node-replacement': nodeReplacementPolicy.prefault({}),
});

/** steward.yaml as a whole. Unknown keys are errors: a misspelt policy must not become a default. */
export const configuration = z.strictObject({
  clusters: z
    .record(
      clusterName,
      z.preprocess((value) => value ?? {}, clusterSettings),
    )
    .refine((clusters) => Object.keys(clusters).length > 0, 'name at least one cluster: none means none, never all'),
});

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Configuration = z.output<typeof configuration>;

/** The beginning of all parameter names until deployments have names of their own. */
export const defaultPrefix = '/eks-steward';

/**
 * The parameter names under which `infra` deploys the settings and functions read them.
 *
 * @param prefix of one deployment, as in `/eks-steward`
 */
export function parameterNames(prefix: string) {
  return {
    /** The settings of a cluster, or of their further chunks. A dot is in no name of a cluster, and allowed in one of a parameter. */
    cluster: (name: string, chunk = 0) => `${prefix}/clusters/${name}${chunk === 0 ? '' : `.${chunk}`}`,
    /** `false`, or anything else as the reason why everything is paused. */
    pause: `${prefix}/paused`,
  };
}
