import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles, FunctionName } from '../bundle.ts';

export interface StewardFunctionProps {
  readonly bundles: Bundles;
  readonly entry: FunctionName;
  /** What it does, for the console. */
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** @default 256, enough for a list of 5,000 nodes */
  readonly memorySize?: number;
}

/**
 * A Lambda function with our defaults and a role of its own.
 *
 * Default settings: Node.js 24 on arm64; code from the one bundling run; X-Ray by the service; logs as JSON in a group of its
 * own, kept 30 days; a role that may write to that group and nothing else.
 */
export class StewardFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: StewardFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundles.directory(props.entry)),
      handler: 'index.handler',
      role: this.role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      timeout: props.timeout,
      memorySize: props.memorySize ?? 256,
      tracing: lambda.Tracing.ACTIVE,
      environment: { ...props.environment, POWERTOOLS_SERVICE_NAME: 'eks-steward' },
    });
    logGroup.grantWrite(this.role);
    acknowledge(this.role, [
      [
        'AwsSolutions-IAM5[Resource::*]',
        'X-Ray has no resources: xray:PutTraceSegments and PutTelemetryRecords take only *',
      ],
    ]);
    acknowledge(this.function, [
      [
        'Serverless-LambdaDLQ',
        'never invoked asynchronously: Step Functions and the event source mapping wait for the answer',
      ],
    ]);
  }

  /** Lets the function call these actions on these resources. */
  allow(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}
