import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../sandbox/aws/contract.ts';
import { sdkIntegration } from '../../../sandbox/aws/integration.ts';

describe('an SDK integration of Step Functions', () => {
  it('takes and gives PascalCase whatever the case of the service, and leaves the keys of maps alone', async () => {
    const eks = await sdkIntegration('eks', 'updateNodegroupConfig');
    const input = eks.toInput({
      ClusterName: 'c',
      NodegroupName: 'n',
      ScalingConfig: { MinSize: 1 },
      Labels: { AddOrUpdateLabels: { 'my/label': 'x' } },
    });
    expect(input).toEqual({
      clusterName: 'c',
      nodegroupName: 'n',
      scalingConfig: { minSize: 1 },
      labels: { addOrUpdateLabels: { 'my/label': 'x' } },
    });
    const describe = await sdkIntegration('eks', 'describeCluster');
    const output = {
      cluster: {
        name: 'c',
        createdAt: new Date(0),
        tags: { camelCase: 'x' },
        resourcesVpcConfig: { subnetIds: ['s'] },
      },
    };
    expect(describe.toResult(output)).toEqual({
      Cluster: {
        Name: 'c',
        CreatedAt: '1970-01-01T00:00:00Z',
        Tags: { camelCase: 'x' },
        ResourcesVpcConfig: { SubnetIds: ['s'] },
      },
    });
    expect([describe.service, describe.operation]).toEqual(['eks', 'DescribeCluster']);
  });

  it('does not let a parameter in the case of the service pass', async () => {
    const eks = await sdkIntegration('eks', 'describeCluster');
    expect(eks.toInput({ name: 'c' })).toEqual({ 'name (not in PascalCase)': 'c' });
  });

  it('reads timestamps and writes blobs as text', async () => {
    const invoke = await sdkIntegration('lambda', 'invoke');
    expect(invoke.toInput({ FunctionName: 'f', Payload: { a: 1 } })).toEqual({
      FunctionName: 'f',
      Payload: new Uint8Array(Buffer.from('{"a":1}')),
    });
    expect(invoke.toResult({ StatusCode: 200, Payload: new Uint8Array(Buffer.from('"x"')) })).toEqual({
      StatusCode: 200,
      Payload: '"x"',
    });
    const metrics = await sdkIntegration('cloudwatch', 'getMetricStatistics');
    expect(metrics.toInput({ StartTime: '1970-01-01T00:00:01Z' })).toEqual({ StartTime: new Date(1000) });
  });

  it.each([
    ['eks', 'describeCluster', 'ResourceNotFoundException', 'Eks.ResourceNotFoundException'],
    ['autoscaling', 'setDesiredCapacity', 'ResourceContentionFault', 'AutoScaling.ResourceContentionException'],
    ['autoscaling', 'setDesiredCapacity', 'ResourceContention', 'AutoScaling.ResourceContentionException'],
    ['autoscaling', 'setDesiredCapacity', 'ValidationError', 'AutoScaling.AutoScalingException'],
    ['ec2', 'describeInstances', 'InvalidInstanceID.NotFound', 'Ec2.Ec2Exception'],
    ['sfn', 'startExecution', 'ExecutionAlreadyExists', 'Sfn.ExecutionAlreadyExistsException'],
    ['dynamodb', 'putItem', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
    ['sqs', 'sendMessage', 'QueueDoesNotExist', 'Sqs.QueueDoesNotExistException'],
    ['ssm', 'getParameter', 'ParameterNotFound', 'Ssm.ParameterNotFoundException'],
  ])('of %s names the error of %s: %s as %s', async (service, action, code, name) => {
    expect((await sdkIntegration(service, action)).errorName(new AwsError(code, ''))).toBe(name);
  });

  it('refuses a service and an action that are not there', async () => {
    await expect(sdkIntegration('s3', 'getObject')).rejects.toThrow("'aws-sdk:s3'");
    await expect(sdkIntegration('eks', 'nonsense')).rejects.toThrow("'Nonsense'");
  });
});
