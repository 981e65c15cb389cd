import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folders = ['aws', 'work'].map((name) => join(import.meta.dirname, '../../../shared', name));

/** Not in any service's model: the "Common Error Types" page of each API reference has the first, the SDK's request handler the second. */
const common = ['ValidationError', 'AbortError'];

/** Names that a source compares an error's with, and those of them that its clients do not export as classes. */
async function unknownNames(source: string): Promise<string[]> {
  const clients = [...source.matchAll(/from '(@aws-sdk\/client-[a-z0-9-]+)'/g)].map(([, client = '']) => client);
  const names = [...source.matchAll(/(?:awsErrorName\(\w+\)|error\.name) === '(\w+)'/g)].map(([, name = '']) => name);
  const exported = await Promise.all(clients.map(async (client) => (await import(client)) as Record<string, unknown>));
  return names.filter(
    (name) => !common.includes(name) && exported.every((classes) => typeof classes[name] !== 'function'),
  );
}

describe('the names of AWS errors that the code compares with', () => {
  const files = folders
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.ts'));

  it.each(files.map((file) => [basename(file), file]))('are classes of the SDK in %s', async (_, file) => {
    expect(await unknownNames(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('are told from those that no service has', async () => {
    const source = `import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
      if (awsErrorName(error) === 'ScalingActivityInProgress') return 'Busy';
      if (awsErrorName(error) === 'ScalingActivityInProgressFault') return 'Busy';`;
    expect(await unknownNames(source)).toEqual(['ScalingActivityInProgress']);
  });
});
