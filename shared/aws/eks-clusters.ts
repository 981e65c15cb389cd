import { DescribeClusterCommand, type EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import type { Endpoint } from '../domain/endpoint.ts';
import { isClusterHost } from '../domain/partition.ts';
import { asTask } from '../runtime/aws-errors.ts';
import { ApiUnavailableError, RequestRejectedError, UnknownClusterError } from '../runtime/errors.ts';

/** Hosts that a token may be sent to. */
interface Trusted {
  /** EKS's own hosts in this region. */
  readonly region: string;
  /** One more: where AWS_ENDPOINT_URL sends all AWS calls. */
  readonly alsoHost?: string | undefined;
}

/**
 * Where a cluster's API is, as EKS says.
 *
 * @throws UnknownClusterError when EKS does not know the cluster
 * @throws ApiUnavailableError while the cluster has no endpoint
 * @throws RequestRejectedError when the endpoint is not one that a token may be sent to
 */
export async function describeEndpoint(
  client: EKSClient,
  name: string,
  trusted: Trusted,
  signal?: AbortSignal,
): Promise<Endpoint> {
  return await asTask(`describe cluster ${name}`, async () => {
    try {
      const { cluster } = await client.send(new DescribeClusterCommand({ name }), signal && { abortSignal: signal });
      return {
        url: trustedOrigin(name, cluster?.endpoint, trusted),
        caPem: Buffer.from(cluster?.certificateAuthority?.data ?? '', 'base64').toString('utf8'),
      };
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      throw new UnknownClusterError(`EKS knows no cluster '${name}'`, { cause: error });
    }
  });
}

/** The endpoint is missing while the cluster is being made (EKS API reference, Cluster). */
function trustedOrigin(name: string, endpoint: string | undefined, { region, alsoHost }: Trusted): string {
  if (endpoint === undefined) throw new ApiUnavailableError(`cluster ${name} has no endpoint yet`);
  const { protocol, hostname, host, origin } = new URL(endpoint);
  if (protocol !== 'https:' || !(isClusterHost(hostname, region) || hostname === alsoHost)) {
    throw new RequestRejectedError(`cluster ${name} has an endpoint that no token is sent to: ${host}`);
  }
  return origin;
}
