import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, apply, json, merge, strategic, type Target } from '../target.ts';

const namespace = 'suite-decoding';
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

function deployment(name: string, resources: object = {}, more: object = {}): object {
  const containers = [{ name: 'main', image: 'app:1', resources }];
  const template = { metadata: { labels: { app: name } }, spec: { containers } };
  const spec = { replicas: 0, selector: { matchLabels: { app: name } }, template, ...more };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

/** A field of a protobuf message whose parts are all shorter than 128 bytes. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

/** How bodies are read: which values are taken, how they are written, and what a mistake answers. */
export function describeDecoding(target: () => Target): void {
  describe('bodies', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await client.post(deployments, deployment('typed'));
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      client.close();
    });

    it.each([
      ['a-number', 1, '1'],
      ['a-fraction', 0.5, '500m'],
      ['a-thousand', 2000, '2k'],
      ['millis', '1500m', '1500m'],
      ['whole-millis', '2000m', '2'],
      ['an-exponent', '1e3', '1e3'],
    ])('take a quantity that is %s, and write it as Go does', async (name, cpu, written) => {
      const { status, body } = await client.post(deployments, deployment(name, { limits: { cpu } }));
      expect(status).toBe(201);
      expect(body['spec']?.['template']?.['spec']?.['containers']).toMatchObject([
        { resources: { limits: { cpu: written } } },
      ]);
      expect(body['spec']?.['template']?.['spec']?.['containers']).not.toHaveProperty('0.resources.requests');
    });

    it('of a pod request what they limit', async () => {
      const containers = [{ name: 'main', image: 'app:1', resources: { limits: { cpu: 1 } } }];
      const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
      const { body } = await client.post(path, { metadata: { name: 'limited' }, spec: { containers } });
      const resources = { limits: { cpu: '1' }, requests: { cpu: '1' } };
      expect(body['spec']?.['containers']).toMatchObject([{ resources }]);
    });

    it('answer 400 for a quantity that is none', async () => {
      const { status, body } = await client.post(deployments, deployment('wrong', { limits: { cpu: 'one' } }));
      expect([status, body['reason']]).toEqual([400, 'BadRequest']);
      expect(body['message']).toContain('quantities must match the regular expression');
    });

    it('answer 400 to a create with a field that the kind does not have, where that is to be strict', async () => {
      const given = deployment('misspelt', {}, { replcas: 3 });
      const { status, body } = await client.post(`${deployments}?fieldValidation=Strict`, given);
      expect([status, body['message']]).toEqual([
        400,
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replcas"',
      ]);
    });

    it.each([
      ['strategic', strategic, { spec: { replcas: 3 } }, 'map[spec:map[replcas:3]]": '],
      ['merge', merge, { spec: { replcas: 3 } }, '{'],
      ['JSON', json, [{ op: 'add', path: '/spec/replcas', value: 3 }], '{'],
    ])('answer 422 to a %s patch with such a field', async (_type, type, patch, shown) => {
      const { status, body } = await client.patch(`${deployments}/typed?fieldValidation=Strict`, type, patch);
      expect([status, body['reason']]).toEqual([422, 'Invalid']);
      expect(body['message']).toContain('strict decoding error: unknown field "spec.replcas"');
      expect(body['message']).toContain(`patch: Invalid value: "${shown}`);
      expect(body['details']?.['causes']).toMatchObject([{ reason: 'FieldValueInvalid', field: 'patch' }]);
    });

    it('answer 422 to a patch that gives a field another type', async () => {
      const path = `${deployments}/typed`;
      const { status, body } = await client.patch(path, merge, { spec: { replicas: 'three' } });
      expect([status, body['details']?.['causes']]).toMatchObject([422, [{ field: 'patch' }]]);
    });

    it.each(['Strict', 'Warn', 'Ignore'])(
      'answer 500 to an apply with such a field, validated %s',
      async (validation) => {
        const path = `${deployments}/typed?fieldManager=suite&fieldValidation=${validation}`;
        const given = deployment('typed', {}, { replcas: 3 });
        const { status, body } = await client.patch(path, apply, given);
        expect(status).toBe(500);
        expect(body['message']).toContain('failed to create typed patch object (');
        expect(body['message']).toContain('apps/v1, Kind=Deployment): .spec.replcas: field not declared in schema');
      },
    );

    it('name the item of a list in which an apply has such a field', async () => {
      const containers = [{ name: 'main', image: 'app:1', imagePullPolcy: 'Always' }];
      const given = deployment(
        'typed',
        {},
        { template: { metadata: { labels: { app: 'typed' } }, spec: { containers } } },
      );
      const { body } = await client.patch(`${deployments}/typed?fieldManager=suite`, apply, given);
      expect(body['message']).toContain(
        '.spec.template.spec.containers[name="main"].imagePullPolcy: field not declared',
      );
    });

    it('of typed clients are protobuf', async () => {
      // `kubectl create pdb web --selector=app=web --min-available=1`, as kubectl 1.36.2 sends it.
      const one = Buffer.concat([Buffer.from([8, 0, 16, 1]), field(3, '')]);
      const selector = field(1, Buffer.concat([field(1, 'app'), field(2, 'web')]));
      const spec = Buffer.concat([field(1, one), field(2, selector)]);
      const metadata = Buffer.concat([field(1, 'web'), field(3, namespace), field(8, '')]);
      const object = Buffer.concat([
        field(1, metadata),
        field(2, spec),
        field(3, Buffer.from([24, 0, 32, 0, 40, 0, 48, 0])),
      ]);
      const type = field(1, Buffer.concat([field(1, 'policy/v1'), field(2, 'PodDisruptionBudget')]));
      const body = Buffer.concat([Buffer.from('k8s\0'), type, field(2, object), field(3, ''), field(4, '')]);
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      const headers = { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/json' };
      const answer = await client.call('POST', path, { body: body.toString(), headers });
      expect([answer.status, answer.body['spec']]).toEqual([
        201,
        { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
      ]);
    });
  });
}
