import { parse } from 'yaml';
import * as z from 'zod';

const mapping = z.object({ username: z.string(), groups: z.array(z.string()).default([]) });
const roles = z.array(mapping.extend({ rolearn: z.string() }));
const users = z.array(mapping.extend({ userarn: z.string() }));

export interface Mapping {
  readonly username: string;
  readonly groups: readonly string[];
}

/**
 * What the ConfigMap `aws-auth` says about a principal. Paths of roles are not known to the authenticator, so an entry that has one is never
 * found. Source: aws-iam-authenticator, pkg/mapper/configmap and pkg/arn; EKS user guide, "aws-auth ConfigMap".
 */
export function mappingOf(data: Readonly<Record<string, string>>, principalArn: string): Mapping | undefined {
  const canonical = principalArn.replace(/:role\/.*\//, ':role/');
  const role = read(roles, data['mapRoles']).find(({ rolearn }) => rolearn === canonical);
  return role ?? read(users, data['mapUsers']).find(({ userarn }) => userarn === canonical);
}

/** A text that cannot be read maps nobody. */
function read<Item>(schema: z.ZodType<Item[]>, text: string | undefined): Item[] {
  if (text === undefined) return [];
  try {
    return schema.safeParse(parse(text)).data ?? [];
  } catch {
    return [];
  }
}
