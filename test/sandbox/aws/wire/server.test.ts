import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  ResourceContentionFault,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  EKSClient,
  UpdateClusterVersionCommand,
} from '@aws-sdk/client-eks';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError, type Service } from '../../../../sandbox/aws/contract.ts';
import { start, testServer } from '../support.ts';

const launched = new Date(start);
const seen: Record<string, unknown> = {};
const record = (name: string, output: unknown) => (input: object) => {
  seen[name] = input;
  return output;
};

const eks: Service = {
  name: 'eks',
  operations: {
    DescribeCluster: (input: { name: string }) => {
      throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${input.name}.`, 404, {
        clusterName: input.name,
      });
    },
    UpdateClusterVersion: record('UpdateClusterVersion', {
      update: { id: 'u-1', createdAt: launched, params: [{ type: 'Version', value: '1.35' }] },
    }),
    DescribeAddonVersions: record('DescribeAddonVersions', {
      addons: [{ addonName: 'coredns', addonVersions: [{ requiresConfiguration: false }] }],
    }),
  },
};
const ec2: Service = {
  name: 'ec2',
  operations: {
    DescribeInstances: record('DescribeInstances', {
      Reservations: [
        {
          Instances: [
            {
              InstanceId: 'i-1',
              LaunchTime: launched,
              EbsOptimized: true,
              AmiLaunchIndex: 3,
              Tags: [{ Key: 'a&b', Value: '<c>' }],
              SecurityGroups: [],
            },
          ],
        },
      ],
    }),
  },
};
const autoscaling: Service = {
  name: 'autoscaling',
  operations: {
    DescribeAutoScalingGroups: record('DescribeAutoScalingGroups', { AutoScalingGroups: [] }),
    SetDesiredCapacity: (input: { AutoScalingGroupName: string }) => {
      if (input.AutoScalingGroupName === 'busy') throw new AwsError('ResourceContentionFault', 'busy');
      throw new AwsError('ValidationError', 'AutoScalingGroup name not found - null');
    },
  },
};
const monitoring: Service = {
  name: 'monitoring',
  operations: {
    PutMetricData: record('PutMetricData', undefined),
    GetMetricData: record('GetMetricData', {
      MetricDataResults: [{ Id: 'm1', Timestamps: [launched], Values: [1.5] }],
    }),
  },
};
const lambda: Service = {
  name: 'lambda',
  operations: {
    Invoke: (input: { Payload?: Uint8Array; InvocationType?: string }) => {
      seen['Invoke'] = input;
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: input.Payload };
    },
  },
};

let world: Awaited<ReturnType<typeof testServer>>;
beforeEach(async () => {
  world = await testServer(eks, ec2, autoscaling, monitoring, lambda);
});
afterEach(async () => {
  await world.close();
});

const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>, path = '/') =>
  fetch(`${world.server.endpoint}${path}`, { method: 'POST', headers, body });
const signedFor = (service: string, region = 'us-east-1') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=person/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

describe('the wire protocols, with the SDK as the client', () => {
  it('speaks restJson1: labels, query, body, timestamps, and typed errors with their members', async () => {
    const client = new EKSClient(world.client);
    const updated = await client.send(
      new UpdateClusterVersionCommand({ name: 'a b/c', version: '1.35', force: false }),
    );
    expect(seen['UpdateClusterVersion']).toMatchObject({
      name: 'a b/c',
      version: '1.35',
      force: false,
      clientRequestToken: expect.any(String),
    });
    expect(updated.update).toEqual({ id: 'u-1', createdAt: launched, params: [{ type: 'Version', value: '1.35' }] });
    await client.send(new DescribeAddonVersionsCommand({ types: ['a', 'b'], maxResults: 5, addonName: 'coredns' }));
    expect(seen['DescribeAddonVersions']).toEqual({ types: ['a', 'b'], maxResults: 5, addonName: 'coredns' });
    const error = await client.send(new DescribeClusterCommand({ name: 'x' })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'ResourceNotFoundException',
      clusterName: 'x',
      message: 'No cluster found for name: x.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('tells functions the time of its own clock, by which clients correct theirs, and people that of the machine', async () => {
    const roleArn = 'arn:aws:iam::000000000000:role/worker';
    world.roles.registerRole(roleArn, []);
    const dateFor = async (key: string) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/sqs/aws4_request`;
      return (await post({ authorization, 'x-amz-target': 'AmazonSQS.ListQueues' }, '{}')).headers.get('date');
    };
    const sandbox = world.clock.date().toUTCString();
    expect(await dateFor(world.roles.assume(roleArn, 'worker').accessKeyId)).toBe(sandbox);
    expect(await dateFor('person')).not.toBe(sandbox);
  });

  it('speaks restJson1 with a raw payload and values in headers', async () => {
    const client = new LambdaClient(world.client);
    const answer = await client.send(
      new InvokeCommand({ FunctionName: 'f', InvocationType: 'RequestResponse', Payload: Buffer.from('{"a":"ä"}') }),
    );
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe('{"a":"ä"}');
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(seen['Invoke']).toMatchObject({ FunctionName: 'f', InvocationType: 'RequestResponse' });
  });

  it('speaks awsJson1.1 and 1.0 with typed errors, and SQS errors that query-compatible clients know', async () => {
    const ssm = new SSMClient(world.client);
    await expect(ssm.send(new GetParameterCommand({ Name: '/a' }))).rejects.toBeInstanceOf(ParameterNotFound);
    await ssm.send(new PutParameterCommand({ Name: '/a', Value: 'v', Type: 'String' }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/a' }));
    expect(Parameter).toMatchObject({ Value: 'v', Version: 1, LastModifiedDate: launched });
    const sqs = new SQSClient(world.client);
    const missing = sqs.send(
      new SendMessageCommand({ QueueUrl: `${world.server.endpoint}/000000000000/no`, MessageBody: 'x' }),
    );
    const error: unknown = await missing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({ Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' } });
  });

  it('gives SQS checksums that the SDK verifies, binary attributes included', async () => {
    const sqs = new SQSClient(world.client);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
    expect(QueueUrl).toBe('http://127.0.0.1:4566/000000000000/q');
    const url = `${world.server.endpoint}/000000000000/q`;
    const attributes = {
      text: { DataType: 'String', StringValue: 'ä' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'hälló', MessageAttributes: attributes }));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    expect(Messages?.[0]).toMatchObject({
      Body: 'hälló',
      MessageAttributes: attributes,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(start) },
    });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: '1' });
  });

  it('speaks awsQuery: lists, empty results, errors by their query code and errors without a shape', async () => {
    const client = new AutoScalingClient(world.client);
    const filter = { Name: 'tag:a', Values: ['b', 'c'] };
    const answer = await client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['x', 'y'], Filters: [filter], MaxRecords: 3 }),
    );
    expect(answer.AutoScalingGroups).toEqual([]);
    expect(seen['DescribeAutoScalingGroups']).toEqual({
      AutoScalingGroupNames: ['x', 'y'],
      Filters: [filter],
      MaxRecords: 3,
    });
    const set = (AutoScalingGroupName: string) =>
      client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
    await expect(set('busy')).rejects.toBeInstanceOf(ResourceContentionFault);
    await expect(set('no')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'AutoScalingGroup name not found - null',
    });
    await expect(new STSClient(world.client).send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Arn: 'arn:aws:iam::000000000000:user/person',
    });
  });

  it('speaks ec2Query: flat lists, booleans, numbers, timestamps and text that XML must escape', async () => {
    const client = new EC2Client(world.client);
    const input = {
      InstanceIds: ['i-1', 'i-2'],
      Filters: [{ Name: 'tag:a', Values: ['b'] }],
      DryRun: false,
      MaxResults: 5,
    };
    const answer = await client.send(new DescribeInstancesCommand(input));
    expect(seen['DescribeInstances']).toEqual(input);
    expect(answer.Reservations?.[0]?.Instances?.[0]).toEqual({
      InstanceId: 'i-1',
      LaunchTime: launched,
      EbsOptimized: true,
      AmiLaunchIndex: 3,
      Tags: [{ Key: 'a&b', Value: '<c>' }],
      SecurityGroups: [],
    });
  });

  it('speaks to the SDK client of CloudWatch: doubles and timestamps', async () => {
    const client = new CloudWatchClient(world.client);
    const datum = { MetricName: 'm', Value: 0.5, Timestamp: launched, Dimensions: [{ Name: 'n', Value: 'v' }] };
    await client.send(new PutMetricDataCommand({ Namespace: 'x', MetricData: [datum] }));
    expect(seen['PutMetricData']).toEqual({ Namespace: 'x', MetricData: [datum] });
    const query = { Id: 'm1', MetricStat: { Metric: { Namespace: 'x', MetricName: 'm' }, Period: 60, Stat: 'Sum' } };
    const answer = await client.send(
      new GetMetricDataCommand({ StartTime: launched, EndTime: launched, MetricDataQueries: [query] }),
    );
    expect(answer.MetricDataResults).toEqual([{ Id: 'm1', Timestamps: [launched], Values: [1.5] }]);
  });
});

describe('other forms of the same requests', () => {
  it('answers SQS and CloudWatch in the query protocol of older clients', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const created = await post(
      form,
      'Action=CreateQueue&Version=2012-11-05&QueueName=old&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5',
    );
    expect(await created.text()).toContain(
      '<CreateQueueResult><QueueUrl>http://127.0.0.1:4566/000000000000/old</QueueUrl></CreateQueueResult>',
    );
    expect(world.queues.byName('old').attributes['DelaySeconds']).toBe('5');
    const metric =
      'Action=PutMetricData&Version=2010-08-01&Namespace=x&MetricData.member.1.MetricName=m&MetricData.member.1.Value=2';
    expect((await post(form, metric)).status).toBe(200);
    expect(seen['PutMetricData']).toEqual({ Namespace: 'x', MetricData: [{ MetricName: 'm', Value: 2 }] });
  });

  it('answers rpcv2Cbor', async () => {
    const { cbor, tag } = await import('@smithy/core/cbor');
    const headers = {
      ...signedFor('monitoring'),
      'smithy-protocol': 'rpc-v2-cbor',
      'content-type': 'application/cbor',
    };
    const body = new Uint8Array(
      cbor.serialize({
        StartTime: tag({ tag: 1, value: 1 }),
        EndTime: tag({ tag: 1, value: 2.5 }),
        MetricDataQueries: [],
      }),
    );
    const answer = await post(headers, body, '/service/GraniteServiceVersion20100801/operation/GetMetricData');
    expect(answer.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    expect(seen['GetMetricData']).toEqual({
      StartTime: new Date(1000),
      EndTime: new Date(2500),
      MetricDataQueries: [],
    });
    const decoded = cbor.deserialize(new Uint8Array(await answer.arrayBuffer())) as { MetricDataResults: unknown[] };
    expect(decoded.MetricDataResults).toEqual([
      { Id: 'm1', Timestamps: [expect.objectContaining({ value: start / 1000 })], Values: [1.5] },
    ]);
  });
});
