import { account, person } from '../aws/contract.ts';
import type { PolicyDocument } from '../aws/iam/policy.ts';
import type { Created, Destination, Properties, ResourceType, Value } from './contract.ts';
import { physicalName } from './physical-name.ts';

interface RoleParts {
  readonly arn: string;
  /** Inline policies under their own place, those of policy resources under their logical id. */
  readonly documents: Map<string, readonly PolicyDocument[]>;
  managed: readonly string[];
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
    PermissionsBoundary: 'the sandbox does not evaluate boundaries',
  },
  create(destination, properties, logicalId): Created {
    const name = physicalName(destination, properties, 'RoleName', logicalId, 64);
    const arn = `arn:aws:iam::${account}:role/${name}`;
    const parts: RoleParts = { arn, documents: new Map(), managed: [] };
    rolesOf(destination).set(name, parts);
    setOwn(destination, parts, properties);
    return { ref: name, attributes: { Arn: arn } };
  },
  changes: ['ManagedPolicyArns', 'Policies'],
  update: (destination, { created, after }) => setOwn(destination, partsOf(destination, created.ref), after),
  // Nothing in the sandbox asks which roles there are, and sessions of a deleted one have no rights.
  remove(destination, { created }) {
    const parts = partsOf(destination, created.ref);
    rolesOf(destination).delete(created.ref);
    destination.roles.registerRole(parts.arn, []);
  },
};

function partsOf(destination: Destination, name: string): RoleParts {
  const parts = rolesOf(destination).get(name);
  if (!parts) throw new Error(`there is no role '${name}'`);
  return parts;
}

/** What the role itself declares. */
function setOwn(destination: Destination, parts: RoleParts, properties: Properties): void {
  const inline = (properties['Policies'] ?? []) as readonly { PolicyDocument: PolicyDocument }[] & readonly Value[];
  parts.documents.set(
    'inline',
    inline.map(({ PolicyDocument }) => PolicyDocument),
  );
  parts.managed = (properties['ManagedPolicyArns'] ?? []) as readonly string[];
  register(destination, parts);
}

const policy: ResourceType = {
  properties: ['PolicyName', 'PolicyDocument', 'Roles'],
  create(destination, properties, logicalId): Created {
    attach(destination, logicalId, properties);
    return { ref: logicalId, attributes: {} };
  },
  changes: ['PolicyName', 'PolicyDocument', 'Roles'],
  update(destination, { logicalId, before, after }) {
    detach(destination, logicalId, before);
    attach(destination, logicalId, after);
  },
  remove: (destination, { logicalId, properties }) => detach(destination, logicalId, properties),
};

function attach(destination: Destination, logicalId: string, { Roles, PolicyDocument }: Properties): void {
  for (const name of (Roles ?? []) as readonly string[]) {
    const parts = partsOf(destination, name);
    parts.documents.set(`policy ${logicalId}`, [PolicyDocument as unknown as PolicyDocument]);
    register(destination, parts);
  }
}

/** A role that is gone has no policies either. */
function detach(destination: Destination, logicalId: string, { Roles }: Properties): void {
  for (const name of (Roles ?? []) as readonly string[]) {
    const parts = rolesOf(destination).get(name);
    if (!parts?.documents.delete(`policy ${logicalId}`)) continue;
    register(destination, parts);
  }
}

function register({ roles: iam }: Destination, { arn, documents, managed }: RoleParts): void {
  iam.registerRole(arn, [...documents.values()].flat(), managed);
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
  remove({ cloud }, { properties: { ClusterName, PrincipalArn } }) {
    const input = { clusterName: ClusterName, principalArn: PrincipalArn };
    return cloud.call('eks', 'DeleteAccessEntry', input, person);
  },
};

export const identityTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::EKS::AccessEntry': accessEntry,
};
