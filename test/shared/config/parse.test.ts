import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, parseClusterSettings, parseConfiguration } from '../../../shared/config/parse.ts';

const replacement = (settings: unknown) => ({ clusters: { demo: { 'node-replacement': settings } } });

function problems(document: unknown): readonly string[] {
  try {
    parseConfiguration(document);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('steward.yaml', () => {
  it('is complete with nothing but the name of a cluster', () => {
    const { clusters } = parseConfiguration({ clusters: { demo: null } });
    expect(clusters['demo']?.['node-replacement']).toMatchObject({
      'spot-interruption': { action: 'drain', replacement: 'with-drain', 'force-delete': true, 'finish-before': '12s' },
      'rebalance-recommendation': { action: 'replace-first', 'on-timeout': 'roll-back', 'unmanaged-pods': 'keep' },
      manual: { replacement: 'before-drain' },
      'protected-namespaces': ['kube-system'],
      'act-on': [],
    });
  });

  it('keeps the other defaults when one setting is given', () => {
    const { clusters } = parseConfiguration(replacement({ manual: { 'drain-timeout': '5m' } }));
    expect(clusters['demo']?.['node-replacement'].manual).toMatchObject({
      'drain-timeout': '5m',
      'replacement-timeout': '10m',
    });
  });

  it('overrides for a node group only what is given there', () => {
    const override = { match: 'batch-*', 'spot-interruption': { action: 'ignore' } };
    const { clusters } = parseConfiguration(replacement({ 'node-groups': [override] }));
    expect(clusters['demo']?.['node-replacement']['node-groups']).toEqual([override]);
  });

  it('is deployed and read back as the same settings', () => {
    const { clusters } = parseConfiguration(
      replacement({ manual: { 'drain-timeout': '5m' }, 'node-groups': [{ match: 'a' }] }),
    );
    expect(parseClusterSettings(JSON.parse(JSON.stringify(clusters['demo'])))).toEqual(clusters['demo']);
  });

  it.each([
    ['no document', null, /steward\.yaml/],
    ['no clusters', { clusters: {} }, /^clusters: name at least one/],
    [
      'an unknown key at the top',
      { clusters: { demo: null }, cluster: 1 },
      /unknown key 'cluster'; did you mean 'clusters'/,
    ],
    [
      'a misspelt workflow',
      { clusters: { demo: { 'node-replacment': {} } } },
      /^clusters\.demo: unknown key 'node-replacment'; did you mean 'node-replacement'/,
    ],
    [
      'a misspelt setting',
      replacement({ manual: { 'drain-timout': '5m' } }),
      /unknown key 'drain-timout'; did you mean 'drain-timeout'/,
    ],
    [
      'camel case',
      replacement({ spotInterruption: {} }),
      /unknown key 'spotInterruption'; did you mean 'spot-interruption'/,
    ],
    [
      'a duration without a unit',
      replacement({ manual: { 'drain-timeout': 5 } }),
      /manual\.drain-timeout: expected a duration with its unit/,
    ],
    [
      'a duration of another language',
      replacement({ manual: { 'drain-timeout': '5 minutes' } }),
      /'5 minutes' is not a duration/,
    ],
    [
      'a duration that is too long',
      replacement({ 'spot-interruption': { 'finish-before': '3m' } }),
      /must be between 5s and 60s/,
    ],
    ['an unknown action', replacement({ 'spot-interruption': { action: 'explode' } }), /spot-interruption\.action/],
    ['a text for a switch', replacement({ 'spot-interruption': { 'force-delete': 'yes' } }), /force-delete/],
    ['an unknown owner', replacement({ 'act-on': ['nobody'] }), /act-on\.0/],
    ["a name that is no cluster's", { clusters: { '-x/..': null } }, /clusters\.-x\/\.\./],
    ['a list of clusters', { clusters: ['demo'] }, /^clusters/],
  ])('is refused with %s, and the message names the path', (_, document, message) => {
    expect(problems(document).join('\n')).toMatch(message);
  });

  it('names every problem at once', () => {
    expect(problems(replacement({ manual: { 'drain-timeout': 1, action: 'x' }, foo: 1 }))).toHaveLength(3);
  });
});
