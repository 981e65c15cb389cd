import { expect, it } from '@jest/globals';
import type { Settings } from '../../../shared/aws/settings.ts';
import { parseClusterSettings } from '../../../shared/config/parse.ts';

interface Deployed {
  readonly clusters: Readonly<Record<string, object>>;
  readonly pausedBy?: string;
}

/** What every reader of the deployed settings does. */
export function settingsSuite(deploy: (given: Deployed) => Promise<Settings>): void {
  const demo = { 'node-replacement': { manual: { 'drain-timeout': '5m' } } };

  it('gives the settings of a cluster with their defaults', async () => {
    const settings = await deploy({ clusters: { demo, other: {} } });
    expect(await settings.cluster('demo')).toEqual(parseClusterSettings(demo));
    expect(await settings.cluster('other')).toEqual(parseClusterSettings({}));
  });

  it('knows no cluster that steward.yaml does not name', async () => {
    const settings = await deploy({ clusters: { demo } });
    await expect(settings.cluster('dem')).rejects.toMatchObject({ name: 'UnknownClusterError' });
  });

  it('says why everything is paused, and nothing when it is not', async () => {
    expect(await (await deploy({ clusters: { demo } })).paused()).toBeUndefined();
    expect(await (await deploy({ clusters: { demo }, pausedBy: 'incident 42' })).paused()).toBe('incident 42');
  });
}
