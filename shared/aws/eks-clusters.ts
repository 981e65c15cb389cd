import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import type { Endpoint } from '../kubernetes/connection.ts';
import { asTask, awsErrorName } from '../runtime/aws-errors.ts';
import { RequestRejectedError, UnknownClusterError } from '../runtime/errors.ts';

/** Where EKS serves cluster APIs: `<id>.<nn>.<region>.eks.amazonaws.com` and, for IPv6, `<id>.<region>.api.aws`. */
const eksHost = /\.[a-z]{2}(-[a-z]+)+-\d\.(eks\.amazonaws\.com(\.cn)?|api\.aws)$/;

/**
 * Where a cluster's API is, as EKS says.
 *
 * @param alsoAllowed a host that is taken besides EKS's own: where AWS_ENDPOINT_URL sends all AWS calls
 * @throws UnknownClusterError when EKS does not know the cluster
 * @throws RequestRejectedError when the endpoint is not one that a token may be sent to
 */
export async function describeEndpoint(
  client: EKSClient,
  name: string,
  alsoAllowed: string | undefined,
  signal?: AbortSignal,
): Promise<Endpoint> {
  return await asTask(`describe cluster ${name}`, async () => {
    try {
      const { cluster } = await client.send(new DescribeClusterCommand({ name }), signal && { abortSignal: signal });
      const url = new URL(cluster?.endpoint ?? 'invalid:');
      if (url.protocol !== 'https:' || !(eksHost.test(url.hostname) || url.hostname === alsoAllowed)) {
        throw new RequestRejectedError(`cluster ${name} has an endpoint that no token is sent to: ${url.host}`);
      }
      return {
        url: url.origin,
        caPem: Buffer.from(cluster?.certificateAuthority?.data ?? '', 'base64').toString('utf8'),
      };
    } catch (error) {
      if (awsErrorName(error) !== 'ResourceNotFoundException') throw error;
      throw new UnknownClusterError(`EKS knows no cluster '${name}'`, { cause: error });
    }
  });
}
