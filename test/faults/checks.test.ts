import { describe, expect, it, jest } from '@jest/globals';
import type { Scenario } from '../scenarios/scenario.ts';
import { PlannedSky } from './planned-sky.ts';
import { type Play, type PlayName, playNames, plays, type Urgency, when } from './plays.ts';
import { endOf, runCell } from './run-cell.ts';
import { type Check, checks } from './stated-ends.ts';

jest.setTimeout(240_000);

const nameOfNode = (scenario: Scenario, instance: string) => scenario.nodeOf(instance)?.metadata.name ?? '';

/** Somebody changes a node. */
function change(scenario: Scenario, instance: string, to: object, annotations = {}): void {
  const metadata = { name: nameOfNode(scenario, instance), annotations };
  scenario.cluster.apply([{ apiVersion: 'v1', kind: 'Node', metadata, spec: to }]);
}

/** An instance of the group other than the one that a play is about. */
async function other(scenario: Scenario, instance: string): Promise<string> {
  return (await scenario.group('demo-spot')).inService.find((id) => id !== instance) ?? '';
}

/** A play in which something that no run should do happens. */
function played(urgency: Urgency, play: Play['play']): Play {
  return { does: 'what it should not', urgency, play };
}

/** An interruption in which somebody does something when the drained instance is about to be ended. */
function disturbed(act: (scenario: Scenario, instance: string) => unknown): Play {
  return played('forced', async (scenario, instance) => {
    when(scenario, 'Terminate instances', 0, async () => act(scenario, instance));
    await plays.interruption.play(scenario, instance);
  });
}

function lonely(scenario: Scenario, instance: string): object {
  const spec = { nodeName: nameOfNode(scenario, instance), containers: [{ name: 'main', image: 'app:1' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lonely', namespace: 'shop' }, spec };
}

const row = async (scenario: Scenario, Item: object) => {
  await scenario.call('dynamodb', 'PutItem', { TableName: 'eks-steward-work', Item });
};

const idle = played('forced', async () => undefined);

/** Ends that are bad, each with the checks that have to find it. */
const badEnds: readonly (readonly [what: string, play: Play, found: readonly Check[]])[] = [
  [
    'a node that somebody uncordons before its instance ends',
    disturbed((scenario, instance) => change(scenario, instance, { unschedulable: false })),
    ['NotCordoned', 'Uncordoned'],
  ],
  [
    'a pod that comes when all others have left',
    disturbed((scenario, instance) => scenario.cluster.apply([lonely(scenario, instance)])),
    ['PodsLost'],
  ],
  [
    'an instance that ends in the middle of its drain',
    { ...plays.lost, taken: undefined },
    ['PodsLost', 'PodsCutShort'],
  ],
  ['an interruption that nobody works on', idle, ['NotEnded']],
  [
    'work that only puts back, when an instance is interrupted',
    { ...plays.unlaunched, urgency: 'forced' },
    ['NotEnded', 'Failed', 'Uncordoned'],
  ],
  ['voluntary work that does nothing', { ...idle, urgency: 'voluntary' }, ['NoReport']],
  [
    'an annotation of ours on a node that works on',
    played('voluntary', async (scenario, instance) =>
      change(scenario, instance, {}, { 'eks-steward.io/execution': 'x' }),
    ),
    ['NotPutBack'],
  ],
  [
    'a group that was made larger',
    played('voluntary', async (scenario) => {
      await scenario.call('autoscaling', 'SetDesiredCapacity', {
        AutoScalingGroupName: 'demo-spot',
        DesiredCapacity: 4,
      });
    }),
    ['GroupSize'],
  ],
  [
    'another node that was cordoned',
    played('voluntary', async (scenario, instance) =>
      change(scenario, await other(scenario, instance), { unschedulable: true }),
    ),
    ['OtherNode'],
  ],
  [
    'another instance that was ended',
    played('voluntary', async (scenario, instance) => {
      await scenario.call('ec2', 'TerminateInstances', { InstanceIds: [await other(scenario, instance)] });
    }),
    ['OtherInstance'],
  ],
  [
    'a forced deletion, in voluntary work',
    played('voluntary', async (scenario) => await plays.interruption.play(scenario, scenario.spot)),
    ['Unforced'],
  ],
  ['a replacement, in work that only reads', { ...plays.recommendation, urgency: 'reading' }, ['Changed']],
  [
    'a case that stays open',
    played('voluntary', (scenario) =>
      row(scenario, { pk: { S: 'case#instance/i-0' }, sk: { S: 'case' }, state: { S: 'Open' } }),
    ),
    ['OpenWork'],
  ],
  [
    'a lease that is still held',
    played('voluntary', (scenario) =>
      row(scenario, { pk: { S: 'lease#x' }, sk: { S: 'lease' }, holder: { S: 'y' }, until: { N: '9999999999999' } }),
    ),
    ['OpenWork'],
  ],
  ['messages that are nowhere', { ...idle, urgency: 'refusing' }, ['Vanished']],
];

describe('a play on a calm day ends as stated', () => {
  it.each(playNames)('%s', async (name: PlayName) => {
    expect(await endOf(plays[name], new PlannedSky())).toEqual([]);
  });
});

describe('a bad end is found', () => {
  it.each(badEnds)('%s', async (_what, play, found) => {
    expect(await endOf(play, new PlannedSky())).toEqual(expect.arrayContaining([...found]));
  });

  it('a cell whose call is not made', async () => {
    const call = { who: 'nobody', what: 'ec2:DescribeInstances' };
    expect(await runCell({ call, fault: '400', play: 'dry run' })).toEqual(['NeverMet']);
  });

  it('by every check that there is', () => {
    expect(new Set([...badEnds.flatMap(([, , found]) => found), 'NeverMet'])).toEqual(new Set(Object.keys(checks)));
  });
});
