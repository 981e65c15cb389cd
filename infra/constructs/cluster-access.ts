import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import type { StewardFunction } from './steward-function.ts';

export interface ClusterAccessProps {
  readonly cluster: string;
  readonly functions: readonly StewardFunction[];
}

/** The Kubernetes group that infra/kubernetes/drainer.yaml binds, and the one user name for all functions that drain. */
const drainer = { group: 'eks-steward:drainer', username: 'eks-steward:drainer' } as const;

/**
 * EKS access entries of type STANDARD for the roles of functions that drain. They carry no access policy: none short of
 * cluster-admin can drain, so the rights are our own ClusterRole's.
 */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, functions }: ClusterAccessProps) {
    super(scope, id);
    for (const fn of functions) {
      new eks.CfnAccessEntry(this, fn.node.id, {
        clusterName: cluster,
        principalArn: fn.role.roleArn,
        type: 'STANDARD',
        kubernetesGroups: [drainer.group],
        username: drainer.username,
      });
    }
  }
}
