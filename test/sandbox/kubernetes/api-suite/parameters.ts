import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, merge, type Target } from '../target.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const noNumber = (text: string) => `strconv.ParseInt: parsing "${text}": invalid syntax`;

/** Parameters of requests that have a type. */
export function describeParameters(target: () => Target): void {
  describe('parameters', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post(maps, { metadata: { name: 'suite-parameters' } });
    });
    afterAll(async () => {
      await client.delete(`${maps}/suite-parameters`);
      client.close();
    });

    it.each([
      ['GET', `${maps}?watch=1&timeoutSeconds=soon`, noNumber('soon')],
      ['GET', `${maps}?watch=1&timeoutSeconds=`, noNumber('')],
      ['GET', `${maps}?watch=1&timeoutSeconds=1.5`, noNumber('1.5')],
      ['GET', `${maps}?timeoutSeconds=soon`, noNumber('soon')],
      ['GET', `${maps}?limit=few`, noNumber('few')],
      ['GET', `${maps}?limit=`, noNumber('')],
      [
        'GET',
        `${maps}?limit=9223372036854775808`,
        'strconv.ParseInt: parsing "9223372036854775808": value out of range',
      ],
      ['DELETE', `${maps}/suite-parameters?gracePeriodSeconds=soon`, noNumber('soon')],
      ['DELETE', `${maps}?gracePeriodSeconds=soon`, noNumber('soon')],
      ['DELETE', `${maps}?limit=few`, noNumber('few')],
    ])('answer 400 to %s %s, and do nothing', async (method, path, words) => {
      const { status, body } = await client.call(method, path);
      expect([status, body['reason'], body['message']]).toEqual([400, 'BadRequest', words]);
      expect((await client.get(`${maps}/suite-parameters`)).status).toBe(200);
    });

    it.each([
      ['resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
      ['resourceVersionMatch=Newest&resourceVersion=1', 'Unsupported value: "Newest"'],
      ['resourceVersionMatch=Exact&resourceVersion=0', 'is forbidden for resourceVersion "0"'],
      ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
      ['watch=1&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
      [
        'watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ],
    ])('answer 422 to a list or watch with %s', async (query, words) => {
      const { status, body } = await client.get(`${maps}?${query}`);
      expect([status, body['reason'], body['details']?.['kind']]).toEqual([422, 'Invalid', 'ListOptions']);
      expect(body['message']).toContain(words);
    });

    it('answer 422 to a propagation policy that is none, and to two that say the same thing', async () => {
      const path = `${maps}/suite-parameters`;
      const none = await client.call('DELETE', `${path}?propagationPolicy=Slowly`);
      const both = await client.call('DELETE', `${path}?propagationPolicy=Orphan&orphanDependents=true`);
      expect([none.status, none.body['details']?.['causes']]).toMatchObject([
        422,
        [{ reason: 'FieldValueNotSupported', field: 'propagationPolicy' }],
      ]);
      expect([both.status, both.body['message']]).toEqual([
        422,
        expect.stringContaining('orphanDependents and deletionPropagation cannot be both set'),
      ]);
    });

    it('answer 422 to force in a patch that is no apply', async () => {
      const { status, body } = await client.patch(`${maps}/suite-parameters?force=true`, merge, {});
      expect([status, body['message']]).toEqual([
        422,
        'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
      ]);
    });

    it('take a switch as on unless it is 0 or false', async () => {
      const watched = (value: string) => client.watch(`${maps}?watch=${value}&timeoutSeconds=1`, 1);
      expect(await watched('yes')).toMatchObject([{ type: 'ADDED' }]);
      expect((await client.get(`${maps}?watch=0`)).body['kind']).toBe('ConfigMapList');
      expect((await client.get(`${maps}?watch=False`)).body['kind']).toBe('ConfigMapList');
    });
  });
}
