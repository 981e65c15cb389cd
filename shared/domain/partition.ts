/** A part of AWS with accounts, hosts and domains of its own. */
export interface Partition {
  /** As in ARNs. */
  readonly id: 'aws' | 'aws-cn' | 'aws-us-gov';
  /** Of service endpoints, `<service>.<region>.<dnsSuffix>`. */
  readonly dnsSuffix: string;
  /** What follows the region in the host of a cluster's API. */
  readonly clusterSuffixes: readonly string[];
  readonly consoleDomain: string;
}

/**
 * The first prefix that fits a region decides. Sources: partitions and DNS suffixes, the SDK's partitions.js (@aws-sdk/core,
 * util-endpoints); hosts of clusters, EKS user guide "Cluster API server endpoint" for both IP families, and "Private cluster
 * requirements" of the guide for China, whose example `….sk1.region-code.eks.amazonaws.com.cn` is what clusters there have;
 * domains of the console, "AWS sign-in URLs" in the guides of each partition.
 */
const partitions: readonly (readonly [prefix: string, partition: Partition])[] = [
  [
    'cn-',
    {
      id: 'aws-cn',
      dnsSuffix: 'amazonaws.com.cn',
      clusterSuffixes: ['eks.amazonaws.com.cn', 'api.amazonwebservices.com.cn', 'amazonwebservices.com.cn'],
      consoleDomain: 'console.amazonaws.cn',
    },
  ],
  [
    'us-gov-',
    {
      id: 'aws-us-gov',
      dnsSuffix: 'amazonaws.com',
      clusterSuffixes: ['eks.amazonaws.com', 'api.aws'],
      consoleDomain: 'console.amazonaws-us-gov.com',
    },
  ],
  [
    '',
    {
      id: 'aws',
      dnsSuffix: 'amazonaws.com',
      clusterSuffixes: ['eks.amazonaws.com', 'api.aws'],
      consoleDomain: 'console.aws.amazon.com',
    },
  ],
];

/** Partitions whose hosts of clusters no public document names: a token is sent nowhere rather than to a guessed host. */
const unknown = /^(us-iso|eu-iso|eusc-)/;

/**
 * The partition that a region belongs to.
 *
 * @throws RangeError for a region of the isolated and sovereign partitions
 */
export function partitionOf(region: string): Partition {
  const partition = unknown.test(region) ? undefined : partitions.find(([prefix]) => region.startsWith(prefix))?.[1];
  if (!partition) throw new RangeError(`region ${region} is in a partition that eks-steward does not know`);
  return partition;
}

/** The host of STS in a region. */
export function stsHost(region: string): string {
  return `sts.${region}.${partitionOf(region).dnsSuffix}`;
}

/** Is this the host of a cluster's API that EKS runs in the region, as in `<id>.<nn>.eu-west-1.eks.amazonaws.com`? */
export function isClusterHost(host: string, region: string): boolean {
  return partitionOf(region).clusterSuffixes.some((suffix) => host.endsWith(`.${region}.${suffix}`));
}
