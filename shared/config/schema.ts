import * as z from 'zod';
import { checkSettings } from './check.ts';
import { nodeReplacementPolicy } from './node-replacement.ts';

/** EKS: begins with a letter or digit, then letters, digits, `-` and `_`, at most 100 (CreateCluster API reference). */
export const clusterName = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/, 'must be the name of an EKS cluster: letters, digits, - and _');

/** Lambda takes up to 16 subnets and 5 security groups (CreateFunction API reference, VpcConfig). */
const network = z.strictObject({
  subnets: z
    .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be the id of a subnet, such as subnet-0123456789abcdef0'))
    .min(1)
    .max(16)
    .describe('where the functions run that talk to the cluster; they must reach its endpoint and the services of AWS'),
  'security-groups': z
    .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'must be the id of a security group, such as sg-0123456789abcdef0'))
    .min(1)
    .max(5)
    .describe('of those functions; the security group of the cluster must let them in on port 443'),
});

export const clusterSettings = z.strictObject({
  network: network
    .optional()
    .describe('for a cluster without a public endpoint; left out, functions run outside of any VPC'),
  'node-replacement': nodeReplacementPolicy.prefault({}),
  check: checkSettings.prefault({}),
});

/** `arn:aws:iam::111122223333:policy/boundary`, in any partition. */
function arn(service: string, example: string) {
  return z
    .string()
    .regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:.+$`), `must be an ARN, such as ${example}`);
}

const alarms = z.strictObject({
  email: z
    .array(z.email())
    .max(10)
    .default([])
    .describe('who is told of alarms; each address is asked once to confirm'),
});

const deployment = z.strictObject({
  'permissions-boundary': arn('iam', 'arn:aws:iam::111122223333:policy/boundary')
    .optional()
    .describe('a permissions boundary for every role of the stack'),
  key: arn('kms', 'arn:aws:kms:eu-west-1:111122223333:key/…')
    .optional()
    .describe('a customer managed key for the table, the queues, the topic and the logs'),
});

/** steward.yaml as a whole. Unknown keys are errors: a misspelt policy must not become a default. */
export const configuration = z.strictObject({
  clusters: z
    .record(
      clusterName,
      z.preprocess((value) => value ?? {}, clusterSettings),
    )
    .refine((clusters) => Object.keys(clusters).length > 0, 'name at least one cluster: none means none, never all'),
  alarms: alarms.prefault({}),
  deployment: deployment.prefault({}),
});

export type ClusterSettings = z.output<typeof clusterSettings>;
export type Configuration = z.output<typeof configuration>;

/** The parameter names under which `infra` deploys the settings and functions read them; `prefix` is the stack's name. */
export function parameterNames(prefix: string) {
  return {
    /** The settings of a cluster, or of their further chunks. A dot is in no name of a cluster, and allowed in one of a parameter. */
    cluster: (name: string, chunk = 0) => `/${prefix}/clusters/${name}${chunk === 0 ? '' : `.${chunk}`}`,
    /** `false`, or anything else as the reason why everything is paused. */
    pause: `/${prefix}/paused`,
  };
}
