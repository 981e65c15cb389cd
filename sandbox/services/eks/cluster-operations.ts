import type { AuthenticationMode, CreateAccessConfigRequest, CreateClusterRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, type CallContext, type Principal, type Service } from '../../aws/contract.ts';
import { personArn } from '../../aws/iam/signature.ts';
import { pageOf } from '../../aws/page.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import { vpcId } from '../../world/network.ts';
import type { ClusterAccess } from './access.ts';
import { checkRole, invalid, zonesOfSubnets } from './check.ts';
import type { Clusters, EksCluster } from './clusters.ts';

const modes: readonly AuthenticationMode[] = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'];

/** Clusters. */
export function clusterOperations(clusters: Clusters, tokens: ClientTokens): Service['operations'] {
  return {
    CreateCluster: async (input: CreateClusterRequest, { principal }: CallContext) => {
      const create = () => createCluster(clusters, input, principal);
      return {
        cluster: describeCluster(await tokens.once('CreateCluster', input.clientRequestToken, input, create)),
      };
    },
    DescribeCluster: ({ name = '' }: { name?: string }) => ({ cluster: describeCluster(clusters.get(name)) }),
    ListClusters: ({ maxResults = 100, nextToken }: { maxResults?: number; nextToken?: string }) => {
      const names = clusters.all().map(({ name }) => name);
      const { items, next } = pageOf(names.toSorted(), maxResults, nextToken, 'InvalidParameterException');
      return { clusters: items, nextToken: next };
    },
  };
}

async function createCluster(clusters: Clusters, input: CreateClusterRequest, by: Principal): Promise<EksCluster> {
  const { name = '', version = '1.36', tags = {}, resourcesVpcConfig: vpc = {} } = input;
  if (clusters.has(name))
    throw new AwsError('ResourceInUseException', `Cluster already exists with name: ${name}`, 409, {
      clusterName: name,
    });
  const roleArn = checkRole(input.roleArn, 'roleArn');
  refuseOthers(vpc, ['subnetIds'], 'eks:CreateCluster resourcesVpcConfig');
  const subnetIds = vpc.subnetIds ?? [];
  if (new Set(zonesOfSubnets(subnetIds)).size < 2)
    throw invalid('Subnets specified must be in at least two different AZs');
  const creator = by.kind === 'role' ? by.roleArn : personArn;
  const access = accessOf(input.accessConfig, creator);
  const place = { vpcId, subnetIds, securityGroupIds: [], endpoint: 'public' } as const;
  const cluster = { name, version, tags, roleArn, access, ...place };
  return await clusters.create(cluster, access.bootstrapped ? creator : undefined);
}

/** Without a mode the API means CONFIG_MAP, where nobody but the creator could do anything at first (CreateAccessConfigRequest, API reference). */
function accessOf(given: CreateAccessConfigRequest | undefined, creator: string): ClusterAccess {
  const { authenticationMode: mode = 'CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: bootstrapped = true } =
    given ?? {};
  if (!modes.includes(mode)) throw invalid(`The authentication mode '${mode}' is invalid.`);
  if (mode === 'CONFIG_MAP' && !bootstrapped)
    throw invalid(
      'bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP',
    );
  return { mode, bootstrapped, hiddenAdmin: mode === 'CONFIG_MAP' ? creator : undefined, entries: new Map() };
}

function describeCluster(cluster: EksCluster) {
  const { name, arn, version, createdAt, status, api, tags, roleArn, access } = cluster;
  const active = status === 'ACTIVE';
  return {
    name,
    arn,
    version,
    createdAt: new Date(createdAt),
    status,
    roleArn,
    endpoint: active ? api.url : undefined,
    certificateAuthority: active ? { data: Buffer.from(api.caPem).toString('base64') } : undefined,
    resourcesVpcConfig: describeVpcConfig(cluster),
    accessConfig: { authenticationMode: access.mode, bootstrapClusterCreatorAdminPermissions: access.bootstrapped },
    platformVersion: 'eks.1',
    tags: { ...tags },
  };
}

function describeVpcConfig({ subnetIds, securityGroupIds, vpcId: vpc, endpoint }: EksCluster) {
  const isPublic = endpoint === 'public';
  return {
    subnetIds: [...subnetIds],
    securityGroupIds: [...securityGroupIds],
    vpcId: vpc,
    endpointPublicAccess: isPublic,
    endpointPrivateAccess: !isPublic,
    publicAccessCidrs: isPublic ? ['0.0.0.0/0'] : [],
  };
}
