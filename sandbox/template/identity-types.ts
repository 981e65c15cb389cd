import { account, person } from '../aws/contract.ts';
import type { PolicyDocument } from '../aws/iam/policy.ts';
import type { Created, Destination, Properties, ResourceType, Value } from './contract.ts';
import { physicalName } from './physical-name.ts';

interface RoleParts {
  readonly arn: string;
  readonly documents: PolicyDocument[];
  readonly managed: readonly string[];
}

/** Roles by cloud and name: a policy resource adds to a role that exists. */
const roles = new WeakMap<Destination['cloud'], Map<string, RoleParts>>();

function rolesOf({ cloud }: Destination): Map<string, RoleParts> {
  const known = roles.get(cloud) ?? new Map<string, RoleParts>();
  roles.set(cloud, known);
  return known;
}

const role: ResourceType = {
  properties: ['RoleName', 'ManagedPolicyArns', 'Policies'],
  noEffect: {
    AssumeRolePolicyDocument: 'only services of the sandbox take roles on',
    Description: 'a description',
  },
  create(destination, properties, logicalId): Created {
    const name = physicalName(destination, properties, 'RoleName', logicalId, 64);
    const inline = (properties['Policies'] ?? []) as readonly { PolicyDocument: PolicyDocument }[] & readonly Value[];
    const parts = {
      arn: `arn:aws:iam::${account}:role/${name}`,
      documents: inline.map(({ PolicyDocument }) => PolicyDocument),
      managed: (properties['ManagedPolicyArns'] ?? []) as readonly string[],
    };
    rolesOf(destination).set(name, parts);
    register(destination, parts);
    return { ref: name, attributes: { Arn: parts.arn } };
  },
};

const policy: ResourceType = {
  properties: ['PolicyName', 'PolicyDocument', 'Roles'],
  create(destination, properties, logicalId): Created {
    for (const name of (properties['Roles'] ?? []) as readonly string[]) {
      const parts = rolesOf(destination).get(name);
      if (!parts) throw new Error(`there is no role '${name}'`);
      parts.documents.push(properties['PolicyDocument'] as unknown as PolicyDocument);
      register(destination, parts);
    }
    return { ref: logicalId, attributes: {} };
  },
};

function register({ roles: iam }: Destination, { arn, documents, managed }: RoleParts): void {
  iam.registerRole(arn, documents, managed);
}

const accessEntry: ResourceType = {
  properties: ['ClusterName', 'PrincipalArn', 'Type', 'KubernetesGroups', 'Username'],
  async create({ cloud }, properties: Properties) {
    const input = {
      clusterName: properties['ClusterName'],
      principalArn: properties['PrincipalArn'],
      type: properties['Type'],
      kubernetesGroups: properties['KubernetesGroups'],
      username: properties['Username'],
    };
    const answer = await cloud.call<{ accessEntry?: { accessEntryArn?: string } }>(
      'eks',
      'CreateAccessEntry',
      input,
      person,
    );
    const ref = `${String(properties['PrincipalArn'])}|${String(properties['ClusterName'])}`;
    return { ref, attributes: { AccessEntryArn: answer.accessEntry?.accessEntryArn ?? '' } };
  },
};

export const identityTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::EKS::AccessEntry': accessEntry,
};
