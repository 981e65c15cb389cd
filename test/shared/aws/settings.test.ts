import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ssmSettings } from '../../../shared/aws/ssm-settings.ts';
import { settingsText, toChunks } from '../../../shared/config/chunks.ts';
import { parseClusterSettings } from '../../../shared/config/parse.ts';
import { parameterNames } from '../../../shared/config/schema.ts';
import { fakeSettings } from '../../fakes/fake-settings.ts';
import { testServer } from '../../sandbox/aws/support.ts';
import { settingsSuite } from './settings.suite.ts';

const prefix = 'one-of-two';
const names = parameterNames(prefix);

let server: Awaited<ReturnType<typeof testServer>>;
let client: SSMClient;
let asked: string[];

beforeEach(async () => {
  server = await testServer();
  client = new SSMClient(server.client);
  asked = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (given) => {
        asked.push(commandName);
        return await next(given);
      },
    { step: 'initialize' },
  );
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const put = (Name: string, Value: string) =>
  server.cloud.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true }, { kind: 'person' });

/** As `infra` does it: one parameter after the other. */
async function deploy(name: string, settings: object, parts = Number.MAX_SAFE_INTEGER): Promise<void> {
  for (const [index, chunk] of toChunks(settingsText(settings)).slice(0, parts).entries()) {
    await put(names.cluster(name, index), chunk);
  }
}

describe('the fake of the deployed settings', () => {
  settingsSuite(async ({ clusters, pausedBy }) => Object.assign(fakeSettings(clusters), { pausedBy }));
});

describe('the deployed settings in Systems Manager', () => {
  settingsSuite(async ({ clusters, pausedBy = 'false' }) => {
    for (const [name, settings] of Object.entries(clusters)) await deploy(name, parseClusterSettings(settings));
    await put(names.pause, pausedBy);
    return ssmSettings(client, prefix)();
  });

  /** Every list as long and every text as large as the schema lets it be; a control character is six bytes of JSON. */
  function largest(action: 'drain' | 'notify'): object {
    const interrupted = { action, replacement: 'with-drain', 'force-delete': false, 'finish-before': '12s' };
    const voluntary = {
      'replacement-timeout': '0d0h10m0s',
      'drain-timeout': '0d0h20m0s',
      'on-timeout': 'force-delete',
      'unmanaged-pods': 'evict',
    };
    const policies = {
      'spot-interruption': interrupted,
      'instance-stopping': interrupted,
      'rebalance-recommendation': { action: 'replace-first', ...voluntary },
      manual: { replacement: 'before-drain', ...voluntary },
    };
    return parseClusterSettings({
      'node-replacement': {
        ...policies,
        'act-on': ['managed-node-group', 'karpenter', 'auto-mode', 'cluster-autoscaler'],
        'protected-namespaces': Array.from({ length: 200 }, () => '\u0001'.repeat(63)),
        'node-groups': Array.from({ length: 100 }, () => ({ match: '\u0001'.repeat(255), ...policies })),
      },
    });
  }

  it('are one call for a cluster whose settings fit one parameter, and none while they are fresh', async () => {
    await deploy('demo', parseClusterSettings({}));
    const settings = ssmSettings(client, prefix);
    await settings().cluster('demo');
    await settings().cluster('demo');
    expect(asked).toEqual(['GetParameterCommand']);
  });

  it('may be as large as the schema lets them be', async () => {
    await deploy('demo', largest('drain'));
    expect(await ssmSettings(client, prefix)().cluster('demo')).toEqual(largest('drain'));
    expect(asked.length).toBeGreaterThan(2);
  });

  it('are asked for again while a deployment is under way, and never put together of two', async () => {
    const settings = ssmSettings(client, prefix)();
    await deploy('demo', largest('drain'));
    await deploy('demo', largest('notify'), 2);
    await expect(settings.cluster('demo')).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    await deploy('demo', largest('notify'));
    expect(await settings.cluster('demo')).toEqual(largest('notify'));
  });

  it('are asked for again while their later parts are not there yet', async () => {
    await deploy('demo', largest('drain'), 1);
    await expect(ssmSettings(client, prefix)().cluster('demo')).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });

  it.each([
    ['was written by hand', '{"node-replacement":{}}', 'was not written by a deployment'],
    ['does not fit the schema', toChunks('{"node-replacment":{}}')[0] ?? '', 'did you mean'],
    ['is no JSON', toChunks('{')[0] ?? '', 'JSON'],
  ])('are invalid when the parameter %s', async (_, value, message) => {
    await put(names.cluster('demo'), value);
    await expect(ssmSettings(client, prefix)().cluster('demo')).rejects.toMatchObject({
      name: 'InvalidSettingsError',
      message: expect.stringContaining(message),
    });
  });

  it('are invalid without the switch that pauses everything: missing is not "go on"', async () => {
    await expect(ssmSettings(client, prefix)().paused()).rejects.toMatchObject({ name: 'InvalidSettingsError' });
  });

  it('are left when the signal says that the time is over', async () => {
    await expect(ssmSettings(client, prefix)(AbortSignal.abort()).paused()).rejects.toMatchObject({
      name: 'ApiUnavailableError',
    });
  });
});
