import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Subnets and security groups of a cell, by their ids. */
export interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

export interface StewardFunctionProps {
  /** As a person reads it in the console; at most 64 characters. */
  readonly name: string;
  /** The folder of its code, with `index.mjs` that exports `handler`. */
  readonly code: string;
  /** What it does, for the console. */
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** MiB. @default 256, enough for a list of 5,000 nodes */
  readonly memorySize?: number;
  /** Where it runs. @default outside of any VPC */
  readonly network?: Network | undefined;
  /** A customer managed key for its logs, its environment, and what it reads and writes. */
  readonly key?: kms.IKey | undefined;
}

/** What Lambda needs to put a function into a network (Lambda developer guide, "Giving Lambda functions access to a VPC"). */
const networkActions = ['CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces'].map(
  (action) => `ec2:${action}`,
);

/** A statement of a role. `because` says why AWS lets nobody scope its resources. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The wildcards in `resources`, as cdk-nag names them, each with the reason why it is there. */
  readonly wildcards?: Readonly<Record<string, string>>;
}

/**
 * A Lambda function with our defaults and a role of its own.
 *
 * Default settings: Node.js 24 on arm64; X-Ray by the service; logs as JSON in a group of its own, kept 30 days; a role that may write to
 * that group and nothing else; every deployment publishes a version, and old versions are kept: runs that began before it call them.
 */
export class StewardFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: StewardFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.key && { encryptionKey: props.key }),
    });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.function = new lambda.Function(this, 'Function', {
      functionName: props.name,
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.code),
      handler: 'index.handler',
      role: this.role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      timeout: props.timeout,
      memorySize: props.memorySize ?? 256,
      tracing: lambda.Tracing.ACTIVE,
      environment: { ...props.environment },
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(props.key && { environmentEncryption: props.key }),
    });
    logGroup.grantWrite(this.role);
    acknowledge(this.role, [
      [
        'AwsSolutions-IAM5[Resource::*]',
        'X-Ray, network interfaces, log delivery and Describe* calls take no resources',
      ],
      ['NIST.800.53.R5-IAMNoInlinePolicy', 'each role has its own rights and no other role the same: nothing to share'],
    ]);
    const waited = 'never invoked asynchronously: Step Functions and the event source mapping wait for the answer';
    acknowledge(this.function, [
      ['Serverless-LambdaDLQ', waited],
      ['NIST.800.53.R5-LambdaDLQ', waited],
      [
        'NIST.800.53.R5-LambdaConcurrency',
        'bounded by the event source mapping and the state machines: reserved concurrency would throttle an interruption',
      ],
      [
        'NIST.800.53.R5-LambdaInsideVPC',
        'in a network where its clusters are in one; steward.yaml says so for each cluster',
      ],
      [
        'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
        'encrypted by CloudWatch; with a customer managed key if steward.yaml names one',
      ],
    ]);
    // What is encrypted with the key is read and written through DynamoDB and SQS in the name of the role.
    if (props.key) this.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [props.key.keyArn] });
    if (props.network) this.#joinNetwork(props.network);
  }

  /** Lets the function do this and no more. */
  allow({ actions, resources, conditions, wildcards = {} }: Grant): void {
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions: { ...conditions } }),
      }),
    );
    const findings = Object.entries(wildcards).map(
      ([resource, why]) => [`AwsSolutions-IAM5[Resource::${resource}]`, why] as const,
    );
    acknowledge(this.role, findings);
  }

  #joinNetwork({ subnets, securityGroups }: Network): void {
    const resource = this.function.node.defaultChild as lambda.CfnFunction;
    resource.vpcConfig = { subnetIds: [...subnets], securityGroupIds: [...securityGroups] };
    // Lambda checks the right when it creates the function.
    const policy = new iam.Policy(this, 'Network', {
      roles: [this.role],
      statements: [new iam.PolicyStatement({ actions: networkActions, resources: ['*'] })],
    });
    resource.node.addDependency(policy);
  }
}
