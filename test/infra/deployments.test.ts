import { beforeAll, describe, expect, it } from '@jest/globals';
import { workflows } from '../../functions/workflows.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { textOf } from './resources.ts';
import { statementsIn } from './statements.ts';
import { findings, type Synthesized, synthesizedTogether } from './synthesized.ts';

const network = (digit: string) => ({
  subnets: [`subnet-0${digit.repeat(16)}`],
  'security-groups': [`sg-0${digit.repeat(16)}`],
});
const configuration = parseConfiguration({
  clusters: {
    demo: null,
    hidden: { network: network('a') },
    'hidden-too': { network: network('a') },
    apart: { network: network('b') },
  },
  alarms: { email: ['night@example.com'] },
});

/** As long as infra/app.ts lets it be. */
const longest = 'a'.repeat(20);

let stack: Synthesized;
let neighbour: Synthesized;
let longNamed: Synthesized;

beforeAll(async () => {
  const deployments = [{ configuration }, { name: 'second' }, { name: longest, configuration }];
  [stack, neighbour, longNamed] = (await synthesizedTogether(deployments)) as [Synthesized, Synthesized, Synthesized];
}, 240_000);

/** The property that names a resource of a type in its account and region; resources without one are named by CloudFormation. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

function namesIn({ resources }: Synthesized): string[] {
  return Object.values(resources).flatMap(({ Type, Properties }) => {
    const name = Properties?.[nameProperties[Type] ?? ''];
    return name === undefined ? [] : [`${Type} ${textOf(name)}`];
  });
}

/** The last part of each construct path: `Public`, `Cell-3f9a2c`. */
function cellsOf({ stack: { node } }: Synthesized): string[] {
  return node.children.map(({ node: { id } }) => id).filter((id) => id === 'Public' || id.startsWith('Cell-'));
}

describe('clusters in networks', () => {
  it('have a cell for each network, beside that of the clusters with public endpoints', () => {
    expect(cellsOf(stack)).toHaveLength(3);
    expect(cellsOf(neighbour)).toEqual(['Public']);
    const machines = stack
      .ofType('AWS::StepFunctions::StateMachine')
      .map(({ Properties }) => Properties['StateMachineName']);
    expect(new Set(machines).size).toBe(machines.length);
  });

  it('are worked on by functions in their own network, and the others by functions outside of any', () => {
    const functions = stack.ofType('AWS::Lambda::Function');
    const subnets = functions.map(
      ({ Properties }) => (Properties['VpcConfig'] as { SubnetIds: string[] } | undefined)?.SubnetIds[0],
    );
    const counts = Object.fromEntries(
      [...Map.groupBy(subnets, (subnet) => subnet ?? 'none')].map(([key, { length }]) => [key, length]),
    );
    const each = counts[network('a').subnets[0] ?? ''];
    expect(counts).toEqual({
      none: Number(each) + 1,
      [network('a').subnets[0] ?? '']: each,
      [network('b').subnets[0] ?? '']: each,
    });
  });

  it('let in only the functions of their own cell', () => {
    const expected: Readonly<Record<string, RegExp>> = {
      demo: /^\{'Fn::GetAtt':\['Public/,
      hidden: /^\{'Fn::GetAtt':\['Cell/,
      'hidden-too': /^\{'Fn::GetAtt':\['Cell/,
      apart: /^\{'Fn::GetAtt':\['Cell/,
    };
    const entries = stack.ofType('AWS::EKS::AccessEntry').map(({ Properties }) => ({
      cluster: textOf(Properties['ClusterName']),
      cell: /\['(Public|Cell[0-9a-f]{6})/.exec(textOf(Properties['PrincipalArn']))?.[1],
    }));
    const byCluster = Map.groupBy(entries, ({ cluster }) => cluster);
    expect([...byCluster.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
    const cellOf = (cluster: string) => [...new Set(byCluster.get(cluster)?.map(({ cell }) => cell))];
    expect(cellOf('demo')).toEqual(['Public']);
    expect(cellOf('hidden')).toEqual(cellOf('hidden-too'));
    const three = ['demo', 'hidden', 'apart'].flatMap(cellOf);
    expect([three.length, new Set(three).size]).toEqual([3, 3]);
  });

  it('are found by intake in the cell that they are in', () => {
    const [intake] = stack
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties['FunctionName'] === 'eks-steward-intake');
    const environment = intake?.Properties['Environment'] as { Variables: Record<string, string> } | undefined;
    const cells = Object.fromEntries(
      (environment?.Variables['STEWARD_CLUSTERS'] ?? '').split(',').map((pair) => pair.split('=')),
    );
    const names = cellsOf(stack).map((id) => id.replace('Cell-', '').replace('Public', 'public'));
    expect(cells).toEqual({
      demo: 'public',
      hidden: cells['hidden-too'],
      'hidden-too': cells['hidden'],
      apart: expect.any(String),
    });
    expect(new Set(Object.values(cells))).toEqual(new Set(names));
  });

  it('pass both packs of cdk-nag', () => {
    expect(findings(stack)).toEqual([]);
  });

  it('are all watched by one set of alarms for each machine', () => {
    const alarms = stack.ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => textOf(Properties['AlarmName']));
    expect(new Set(alarms).size).toBe(alarms.length);
    for (const { Properties } of stack.ofType('AWS::StepFunctions::StateMachine'))
      expect(alarms).toContain(`${textOf(Properties['StateMachineName'])}-failed`);
  });
});

describe('names', () => {
  it('begin with that of the stack', () => {
    for (const { name, of } of [stack, neighbour].map((one) => ({ name: one.stack.stackName, of: one }))) {
      const names = namesIn(of).map((text) => text.split(' ')[1] ?? '');
      expect(names.length).toBeGreaterThan(20);
      expect(
        names.filter((given) => !new RegExp(`^(/aws/lambda/|/aws/vendedlogs/states/|/)?${name}([-/]|$)`).test(given)),
      ).toEqual([]);
    }
  });

  it('of two deployments in one account and region are never the same', () => {
    const names = new Set(namesIn(stack));
    expect(namesIn(neighbour).filter((name) => names.has(name))).toEqual([]);
  });

  it('of state machines are those that intake may start and look at, whole: those of another deployment may begin alike', () => {
    const machines = stack
      .ofType('AWS::StepFunctions::StateMachine')
      .map(({ Properties }) => textOf(Properties['StateMachineName']))
      .toSorted();
    const granted = (action: string) =>
      statementsIn(stack, 'AWS::IAM::Policy')
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Resource }) =>
          [Resource].flat().map((arn) => textOf(arn).replace(/^.*:(stateMachine|execution):/, '')),
        )
        .toSorted();
    expect(machines.length).toBe(3 * workflows.length);
    expect(granted('states:StartExecution')).toEqual(machines);
    expect(granted('states:DescribeExecution')).toEqual(machines.map((name) => `${name}:*`));
  });

  it('of rules are those that a check looks for', () => {
    const rules = stack.ofType('AWS::Events::Rule').map(({ Properties }) => textOf(Properties['Name']));
    const told = stack.ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables } = Properties['Environment'] as { Variables: Record<string, string> };
      return Variables['STEWARD_RULES'] ?? [];
    });
    expect(told.length).toBe(3);
    for (const names of told) expect(names.split(',').toSorted()).toEqual(rules.toSorted());
  });

  it('fit the limits of their service with the longest name of a stack', () => {
    const long = namesIn(longNamed).map((text) => text.split(' ') as [string, string]);
    // CreateFunction 64, CreateStateMachine 80, PutRule 64, CreateQueue 80, CreateTopic 256, PutMetricAlarm 255 (API references).
    const limits: Readonly<Record<string, number>> = {
      'AWS::Lambda::Function': 64,
      'AWS::StepFunctions::StateMachine': 80,
      'AWS::Events::Rule': 64,
      'AWS::SQS::Queue': 80,
      'AWS::SNS::Topic': 256,
      'AWS::CloudWatch::Alarm': 255,
    };
    const tooLong = long.filter(([type, name]) => name.length > (limits[type] ?? Number.POSITIVE_INFINITY));
    expect(tooLong).toEqual([]);
    expect(
      Math.max(...long.filter(([type]) => type === 'AWS::Lambda::Function').map(([, name]) => name.length)),
    ).toBeGreaterThan(50);
  });
});
