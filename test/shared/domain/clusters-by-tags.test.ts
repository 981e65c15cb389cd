import { describe, expect, it } from '@jest/globals';
import { clustersByTags } from '../../../shared/domain/clusters-by-tags.ts';

describe('the cluster of an instance by its tags', () => {
  it.each([
    ['aws:eks:cluster-name', 'demo'],
    ['eks:cluster-name', 'demo'],
    ['kubernetes.io/cluster/demo', 'owned'],
    ['kubernetes.io/cluster/demo', 'shared'],
    ['karpenter.sh/discovery', 'demo'],
    ['alpha.eksctl.io/cluster-name', 'demo'],
  ])('is known by %s=%s', (key, value) => {
    expect(clustersByTags({ [key]: value, Name: 'web' })).toEqual(['demo']);
  });

  it.each([
    ['no tag', {}],
    ['a tag that does not say how', { 'kubernetes.io/cluster/demo': 'true' }],
    ['an empty one', { 'eks:cluster-name': '' }],
  ])('is none by %s', (_, tags) => {
    expect(clustersByTags(tags)).toEqual([]);
  });

  it('is what the strongest tag says', () => {
    const weak = { 'kubernetes.io/cluster/other': 'owned', 'karpenter.sh/discovery': 'third' };
    expect(clustersByTags({ ...weak, 'eks:cluster-name': 'demo' })).toEqual(['demo']);
    expect(clustersByTags(weak)).toEqual(['other']);
  });

  it('is not to be told when several own it', () => {
    const tags = { 'kubernetes.io/cluster/prod': 'shared', 'kubernetes.io/cluster/demo': 'owned' };
    expect(clustersByTags(tags)).toEqual(['demo', 'prod']);
  });
});
