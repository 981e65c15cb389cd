import { expect, it, jest } from '@jest/globals';
import { grantedActions } from '../scenarios/granted-actions.ts';
import { nameOfFunction } from './calls.ts';
import { recordCalls } from './record-calls.ts';
import { registry } from './registry.ts';

jest.setTimeout(240_000);

/** Actions are not always called like the operations that they allow. */
const operations: Readonly<Record<string, string>> = { 'lambda:InvokeFunction': 'lambda:Invoke' };

it('the registry has every call that a play makes, with the plays of its cells, and says of every other why no play makes it', async () => {
  const registered: Record<string, Record<string, unknown>> = {};
  for (const { call, row } of registry) {
    if (typeof row === 'string') continue;
    registered[call.who] ??= {};
    Object.assign(registered[call.who] ?? {}, { [call.what]: row });
  }
  expect(registered).toEqual(await recordCalls());
});

it('the registry has a call for every action that a function is granted', async () => {
  const known = new Set(registry.map(({ call: { who, what } }) => `${who} ${what.split(' ')[0]}`));
  const missing = [...(await grantedActions())].flatMap(([name, actions]) =>
    [...actions]
      .map((action) => `${nameOfFunction(name)} ${operations[action] ?? action}`)
      .filter((call) => !known.has(call)),
  );
  expect(missing).toEqual([]);
});
