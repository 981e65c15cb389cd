import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { eventRules } from '../../functions/intake/contract.ts';
import { cellsOf } from '../../shared/config/cells.ts';
import { settingsText, toChunks } from '../../shared/config/chunks.ts';
import { machineName, publicCell } from '../../shared/config/names.ts';
import { type Configuration, parameterNames } from '../../shared/config/schema.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles } from '../bundle.ts';
import { Cell, type CellProps } from '../constructs/cell.ts';
import { Inbox } from '../constructs/inbox.ts';
import { Intake } from '../constructs/intake.ts';
import { Monitoring } from '../constructs/monitoring.ts';
import type { Workflow } from '../constructs/workflow.ts';

export interface StewardStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly bundles: Bundles;
  readonly workflows: CellProps['workflows'];
}

/** Everything of eks-steward in one account and region. Its name begins the names of all that it owns. */
export class StewardStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, bundles, workflows, ...props }: StewardStackProps) {
    super(scope, id, props);
    const prefix = this.stackName;
    const { 'permissions-boundary': boundary, key: keyArn } = configuration.deployment;
    if (boundary !== undefined)
      iam.PermissionsBoundary.of(this).apply(iam.ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', boundary));
    const key = keyArn === undefined ? undefined : kms.Key.fromKeyArn(this, 'Key', keyArn);
    this.#deploySettings(prefix, configuration);
    const table = this.#workTable(prefix, key);
    const bus = new events.EventBus(this, 'Bus', { eventBusName: prefix });
    const topic = this.#alarmTopic(prefix, configuration.alarms.email, key);
    const inbox = new Inbox(this, 'Inbox', { prefix, rules: eventRules, key });
    const cells = cellsOf(configuration.clusters);
    const machineNames = cells.flatMap(({ name }) =>
      workflows.map(({ contract }) => machineName(prefix, name, contract.name)),
    );
    const ours = { prefix, bundles, table, topic, key, machines: machineNames, rules: inbox.ruleNames };
    const made = cells.map(({ name, network, clusters }) => {
      const shared = { ...ours, bus, workflows, clusters, cell: name, network };
      const id = name === publicCell ? 'Public' : `Cell-${name}`;
      return { name, cell: new Cell(this, id, shared) };
    });
    const cellOf = new Map(cells.flatMap(({ name, clusters }) => clusters.map((cluster) => [cluster, name] as const)));
    const intake = new Intake(this, 'Intake', { ...ours, inbox, cells: cellOf });
    const machines: Record<string, Workflow> = {};
    for (const { name, cell } of made)
      for (const { contract, workflow } of cell.workflows)
        machines[machineName(prefix, name, contract.name).slice(prefix.length + 1)] = workflow;
    const monitoring = new Monitoring(this, 'Monitoring', {
      prefix,
      inbox,
      intake: intake.function,
      workflows: machines,
      topic,
    });
    this.#nameOutputs(prefix, { inbox, machines, topic, dashboard: monitoring.dashboard.dashboardName });
  }

  /** Open work, leases and what runs have changed; what happened is in the executions' histories. */
  #workTable(prefix: string, key: kms.IKey | undefined): dynamodb.Table {
    const table = new dynamodb.Table(this, 'Work', {
      tableName: `${prefix}-work`,
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
    });
    acknowledge(table, [
      [
        'NIST.800.53.R5-DynamoDBInBackupPlan',
        'open work of minutes, restorable to any second; a backup plan is the account owner’s',
      ],
    ]);
    return table;
  }

  /** Not encrypted by the AWS managed key: CloudWatch could not publish to it (SNS developer guide, "Encryption at rest"). */
  #alarmTopic(prefix: string, addresses: readonly string[], key: kms.IKey | undefined): sns.Topic {
    const topic = new sns.Topic(this, 'Alarms', {
      topicName: `${prefix}-alarms`,
      enforceSSL: true,
      ...(key && { masterKey: key }),
    });
    // With `enforceSSL` the policy has nothing but a Deny: CloudWatch may not publish unless it says so.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        actions: ['sns:Publish'],
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    acknowledge(topic, [
      ['NIST.800.53.R5-SNSEncryptedKMS', 'holds no secrets; with a customer managed key if steward.yaml names one'],
      [
        'Serverless-SNSRedrivePolicy',
        'subscriptions are mail to people: a queue of mail that came back would tell nobody, the alarm stays in CloudWatch',
      ],
    ]);
    for (const address of addresses) topic.addSubscription(new subscriptions.EmailSubscription(address));
    return topic;
  }

  #deploySettings(prefix: string, { clusters }: Configuration): void {
    const names = parameterNames(prefix);
    for (const [name, settings] of Object.entries(clusters)) {
      for (const [index, chunk] of toChunks(settingsText(settings)).entries()) {
        new ssm.StringParameter(this, `Settings-${name}${index === 0 ? '' : `.${index}`}`, {
          parameterName: names.cluster(name, index),
          description: `Settings of cluster ${name} from steward.yaml`,
          stringValue: chunk,
        });
      }
    }
    new ssm.StringParameter(this, 'Pause', {
      parameterName: names.pause,
      description: 'Set to the reason why eks-steward shall change nothing; false lets it work',
      stringValue: 'false',
    });
  }

  /** What the docs refer to. */
  #nameOutputs(
    prefix: string,
    given: { inbox: Inbox; machines: Readonly<Record<string, Workflow>>; topic: sns.Topic; dashboard: string },
  ): void {
    const output = (id: string, description: string, value: string) => new CfnOutput(this, id, { description, value });
    for (const [name, { stateMachine }] of Object.entries(given.machines))
      output(`Machine-${name}`, `state machine of ${name}`, stateMachine.stateMachineArn);
    // CloudFormation takes only literal text as the description of an output, no reference to a queue's name.
    const queue = (id: string, holds: string, { queueUrl }: sqs.Queue) =>
      output(`${id}Queue`, `URL of the queue of ${holds}`, queueUrl);
    const { doors, deadLetters, quarantine, undelivered } = given.inbox;
    queue('UrgentInbox', 'events about nodes', doors.urgent);
    queue('Inbox', 'all other events', doors.other);
    queue('DeadLetters', 'events that could not be handled', deadLetters);
    queue('Quarantine', 'messages that could not be understood', quarantine);
    queue('Undelivered', 'events that EventBridge could not deliver', undelivered);
    output('AlarmTopic', 'the topic that alarms are sent to', given.topic.topicArn);
    output('DashboardName', 'the dashboard in CloudWatch', given.dashboard);
    output('PauseParameter', 'set it to a reason to pause everything', parameterNames(prefix).pause);
  }
}
