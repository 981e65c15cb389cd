import { AwsError } from '../../aws/contract.ts';

/** Throws `InvalidRequestContentException` for an event that is not JSON. */
export function assertJson(payload: Buffer): void {
  try {
    JSON.parse(payload.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, 400, {
      Type: 'User',
    });
  }
}
