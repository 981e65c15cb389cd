import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import type { Level } from '../../shared/workflow/needs.ts';
import type { StewardFunction } from './steward-function.ts';

export interface ClusterAccessProps {
  readonly cluster: string;
  /** The functions that work in it, by what they do there. */
  readonly functions: readonly { readonly function: StewardFunction; readonly as: Level<'cluster'> }[];
}

/** The Kubernetes groups that infra/kubernetes/ binds, each with the one user name of all functions in it. */
const groups: Readonly<Record<Level<'cluster'>, string>> = {
  read: 'eks-steward:reader',
  inspect: 'eks-steward:inspector',
  drain: 'eks-steward:drainer',
};

/**
 * EKS access entries of type STANDARD for the roles of functions. They carry no access policy: none short of cluster-admin can
 * drain, so the rights are our own ClusterRoles'.
 */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, functions }: ClusterAccessProps) {
    super(scope, id);
    for (const { function: fn, as } of functions) {
      new eks.CfnAccessEntry(this, fn.node.path.split('/').slice(1).join('-'), {
        clusterName: cluster,
        principalArn: fn.role.roleArn,
        type: 'STANDARD',
        kubernetesGroups: [groups[as]],
        username: groups[as],
      });
    }
  }
}
