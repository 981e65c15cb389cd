import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { isClusterHost, partitionOf, stsHost } from '../../../shared/domain/partition.ts';

describe('the partition of a region', () => {
  it.each([
    ['us-east-1', 'aws', 'console.aws.amazon.com'],
    ['eu-central-2', 'aws', 'console.aws.amazon.com'],
    ['mx-central-1', 'aws', 'console.aws.amazon.com'],
    ['cn-north-1', 'aws-cn', 'console.amazonaws.cn'],
    ['cn-northwest-1', 'aws-cn', 'console.amazonaws.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'console.amazonaws-us-gov.com'],
  ] as const)('of %s is %s, and its STS is where the SDK finds it', (region, id, consoleDomain) => {
    expect(partitionOf(region)).toMatchObject({ id, consoleDomain });
    const { url } = new STSClient({ region }).config.endpointProvider({ Region: region });
    expect(stsHost(region)).toBe(url.hostname);
  });

  it.each(['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1', 'eusc-de-east-1'])(
    'of %s is refused, because nothing says what its clusters are called',
    (region) => {
      expect(() => partitionOf(region)).toThrow(region);
    },
  );
});

describe('the host of a cluster', () => {
  it.each([
    ['A1B2.gr7.us-east-1.eks.amazonaws.com', 'us-east-1', true],
    ['A1B2.us-east-1.api.aws', 'us-east-1', true],
    ['A1B2.sk1.us-gov-west-1.eks.amazonaws.com', 'us-gov-west-1', true],
    ['A1B2.us-gov-west-1.api.aws', 'us-gov-west-1', true],
    ['A1B2.sk1.cn-north-1.eks.amazonaws.com.cn', 'cn-north-1', true],
    ['A1B2.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1', true],
    ['A1B2.cn-north-1.amazonwebservices.com.cn', 'cn-north-1', true],
    ['A1B2.gr7.eu-west-1.eks.amazonaws.com', 'us-east-1', false],
    ['A1B2.gr7.cn-north-1.eks.amazonaws.com', 'cn-north-1', false],
    ['A1B2.gr7.us-east-1.eks.amazonaws.com.cn', 'us-east-1', false],
    ['A1B2.gr7.us-east-1.eks.amazonaws.com.evil.example', 'us-east-1', false],
    ['gr7.us-east-1.eks.amazonaws.com@evil.example', 'us-east-1', false],
    ['us-east-1.eks.amazonaws.com', 'us-east-1', false],
    ['eviluseast-1.eks.amazonaws.com', 'us-east-1', false],
    ['A1B2.us-east-1.elb.amazonaws.com', 'us-east-1', false],
  ])('%s in %s: %s', (host, region, is) => {
    expect(isClusterHost(host, region)).toBe(is);
  });
});
