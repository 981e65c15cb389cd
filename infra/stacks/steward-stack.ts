import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { settingsText, toChunks } from '../../shared/config/chunks.ts';
import { type Configuration, defaultPrefix, parameterNames } from '../../shared/config/schema.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles } from '../bundle.ts';
import { ClusterAccess } from '../constructs/cluster-access.ts';
import { Observation } from '../constructs/dashboard.ts';
import { EventEntry } from '../constructs/event-entry.ts';
import type { StewardFunction } from '../constructs/steward-function.ts';
import { Intake } from '../workflows/intake.ts';
import { NodeReplacement } from '../workflows/node-replacement.ts';

export interface StewardStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly bundles: Bundles;
}

/** Everything of eks-steward in one account and region. */
export class StewardStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, bundles, ...props }: StewardStackProps) {
    super(scope, id, props);
    const clusters = Object.keys(configuration.clusters);
    this.#deploySettings(configuration);
    const cases = new dynamodb.Table(this, 'Cases', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      // Open work and locks only: what happened is in the executions' histories.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const bus = new events.EventBus(this, 'Bus', { eventBusName: 'eks-steward' });
    const entry = new EventEntry(this, 'Entry');
    const nodeReplacement = new NodeReplacement(this, 'NodeReplacement', { bundles, clusters, cases, bus });
    const intake = new Intake(this, 'Intake', {
      bundles,
      entry,
      clusters,
      cases,
      nodeReplacement: nodeReplacement.workflow,
    });
    for (const cluster of clusters) {
      new ClusterAccess(this, `Access-${cluster}`, { cluster, functions: nodeReplacement.functions });
    }
    new Observation(this, 'Observation', { entry, workflows: { NodeReplacement: nodeReplacement.workflow } });
    this.#acknowledgeDescribe([intake.function, ...nodeReplacement.functions]);
  }

  #deploySettings({ clusters }: Configuration): void {
    const names = parameterNames(defaultPrefix);
    for (const [name, settings] of Object.entries(clusters)) {
      for (const [index, chunk] of toChunks(settingsText(settings)).entries()) {
        new ssm.StringParameter(this, `Settings-${name}${index === 0 ? '' : `-${index}`}`, {
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

  /** EC2 and Auto Scaling cannot scope their describe calls; every role that has one says so. */
  #acknowledgeDescribe(functions: readonly StewardFunction[]): void {
    for (const fn of functions) {
      acknowledge(fn.role, [
        ['AwsSolutions-IAM5[Resource::*]', 'ec2:Describe*, autoscaling:Describe* and X-Ray take no resource'],
      ]);
    }
  }
}
