import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../sandbox/aws/contract.ts';
import { Alarms } from '../../../../sandbox/services/cloudwatch/alarms.ts';
import { MetricStore } from '../../../../sandbox/services/cloudwatch/metric-store.ts';
import { cloudWatchService } from '../../../../sandbox/services/cloudwatch/service.ts';
import { LogStore } from '../../../../sandbox/services/logs/log-store.ts';
import { testCloud, testServer } from '../support.ts';

let world: Awaited<ReturnType<typeof testServer>>;
beforeEach(async () => {
  const { clock, cloud } = testCloud();
  const metrics = new MetricStore(new LogStore(clock));
  const eks: Service = { name: 'eks', operations: {} };
  world = await testServer(
    eks,
    { name: 'ec2', operations: { DescribeInstances: () => ({ Reservations: [] }) } },
    cloudWatchService({ clock, metrics, alarms: new Alarms({ cloud, metrics }) }),
  );
});
afterEach(async () => {
  await world.close();
});

const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>, path = '/') =>
  fetch(`${world.server.endpoint}${path}`, { method: 'POST', headers, body });
const signedFor = (service: string, region = 'us-east-1') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=person/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

describe('requests that are wrong', () => {
  const json = { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' };

  it.each([
    [
      'an unknown member',
      '{"Name":"/a","Nmae":1}',
      'ValidationException',
      "'Nmae' is not a member of GetParameterRequest",
    ],
    ['a missing member', '{}', 'ValidationException', "Value null at 'Name'"],
    ['a wrong type', '{"Name":7}', 'ValidationException', "Value at 'Name' must be a string"],
    ['no JSON', '{', 'SerializationException', 'not JSON'],
    ['a list', '[]', 'SerializationException', 'not a JSON object'],
    ['deep nesting', `${'['.repeat(100_000)}`, 'SerializationException', 'not JSON'],
  ])('refuses %s by name', async (_what, body, code, message) => {
    const answer = await post(json, body);
    expect(answer.status).toBe(400);
    const error = (await answer.json()) as { __type: string; Message?: string; message?: string };
    expect(error.__type).toContain(code);
    expect(error.Message ?? error.message).toContain(message);
  });

  it('names a query parameter that no member takes', async () => {
    const answer = await post(signedFor('ec2'), 'Action=DescribeInstances&Version=2016-11-15&Filtre.1.Name=x');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/<Code>InvalidParameterValue<\/Code>.*Filtre/);
  });

  it('names an operation that the sandbox does not implement, and one that does not exist', async () => {
    const absent = await post({ ...json, 'x-amz-target': 'AmazonSSM.SendCommand' }, '{}');
    expect(absent.status).toBe(501);
    expect(await absent.text()).toContain('The sandbox does not implement ssm:SendCommand.');
    const unknown = await post({ ...json, 'x-amz-target': 'AmazonSSM.Nonsense' }, '{}');
    expect(unknown.status).toBe(400);
    expect(await unknown.text()).toContain("ssm has no operation 'Nonsense'");
    const service = await post(signedFor('s3'), '');
    expect(service.status).toBe(501);
    expect(await service.text()).toContain("does not have the service 's3'");
  });

  it('refuses another region, an unsigned request without a target, and a body beyond the limit', async () => {
    expect(await (await post(signedFor('ssm', 'eu-west-1'), '{}')).text()).toContain("not 'eu-west-1'");
    expect((await post({}, '{}')).status).toBe(400);
    const large = await post(json, 'x'.repeat(11 * 1024 * 1024)).catch((error: unknown) => error);
    expect(large instanceof Response ? large.status : 413).toBe(413);
    expect((await post(json, '{"Name":"/a"}')).status).toBe(400);
  });

  it('finds the service of an unsigned REST request by its path', async () => {
    expect(await (await post({}, '{}', '/clusters')).text()).toContain('does not implement eks:CreateCluster');
  });

  it('survives bytes that are neither text nor gzip', async () => {
    const garbage = new Uint8Array(2000).map((_, index) => (index * 37) % 256);
    for (const headers of [
      json,
      signedFor('ec2'),
      signedFor('eks'),
      { ...json, 'content-encoding': 'gzip' },
      { ...signedFor('monitoring'), 'smithy-protocol': 'rpc-v2-cbor' },
    ]) {
      const answer = await post(headers as Record<string, string>, garbage);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });
});
