import { describe, expect, it } from '@jest/globals';
import { errorOf, serviceModel } from '../../sandbox/aws/schema/model.ts';
import { awsError, awsStatuses } from './aws-errors.ts';
import { cells, inNpmTest, nameOf } from './cells.ts';
import { expectedFailures } from './expected-failures.ts';
import { faultNames, isKubernetes } from './faults.ts';
import { registry } from './registry.ts';
import { checks } from './stated-ends.ts';

/** Names that are in no shape of the SDK: every service, or every service of a protocol, answers with them (lists of common errors). */
const common =
  /^(AccessDenied|AccessDeniedException|InternalError|InternalFailure|InvalidParameterValue|RequestLimitExceeded|RequestThrottled|ServiceUnavailable|Throttled|Throttling|ThrottlingException|Unavailable|UnauthorizedOperation|ValidationError|ValidationException|InvalidInstanceID\.NotFound)$/;

describe('the fault table', () => {
  it('has a cell of every fault for both kinds of calls, as far as the rules leave any', () => {
    const faultsOf = (kubernetes: boolean) =>
      new Set(cells.filter(({ call }) => isKubernetes(call) === kubernetes).map(({ fault }) => fault));
    expect([...faultsOf(true)].toSorted()).toEqual([...faultNames].toSorted());
    expect(faultNames.filter((fault) => !faultsOf(false).has(fault))).toEqual(['410', '422', '429 with Retry-After']);
  });

  it('has no two cells of one name', () => {
    expect(new Set(cells.map(nameOf)).size).toBe(cells.length);
  });

  it('runs every call and every fault in npm test', () => {
    const calls = registry.filter(({ row }) => typeof row !== 'string').map(({ call }) => `${call.who} ${call.what}`);
    expect(new Set(inNpmTest.map(({ call }) => `${call.who} ${call.what}`))).toEqual(new Set(calls));
    expect(new Set(inNpmTest.map(({ fault }) => fault))).toEqual(new Set(faultNames));
  });

  it('expects failures of cells that there are, and names checks that there are', () => {
    const names = new Set(cells.map(nameOf));
    expect(Object.keys(expectedFailures).filter((name) => !names.has(name))).toEqual([]);
    expect(Object.values(expectedFailures).flat()).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(`^(${Object.keys(checks).join('|')})$`)]),
    );
    expect(Object.values(expectedFailures).filter((violated) => violated.length === 0)).toEqual([]);
  });

  it("names errors of AWS as the service's own shapes do, with their status, or as all services do", async () => {
    const operations = registry.map(({ call }) => call).filter((call) => !isKubernetes(call));
    const wrong: string[] = [];
    for (const operation of new Set(operations.map(({ what }) => what.split(' ')[0] ?? ''))) {
      const model = await serviceModel(operation.split(':')[0] ?? '');
      for (const status of awsStatuses) {
        const error = awsError(operation, status);
        const shape = error && errorOf(model, error.code);
        const right = shape ? shape.status === error.status : common.test(error?.code ?? 'Throttling');
        if (!right) wrong.push(`${operation} ${status}: ${error?.code} ${error?.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
