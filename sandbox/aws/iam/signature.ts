import { timingSafeEqual } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import {
  ALGORITHM_IDENTIFIER,
  createScope,
  getCanonicalHeaders,
  getPayloadHash,
  SignatureV4,
} from '@smithy/signature-v4';
import { AwsError } from '../contract.ts';
import type { Iam } from './iam.ts';

/** Who made a presigned `GetCallerIdentity` URL. */
export interface Identity {
  /** As `GetCallerIdentity` answers: `arn:aws:sts::...:assumed-role/<role>/<session>` for a role. */
  readonly callerArn: string;
  /** The role's own ARN, which EKS access entries name, or the user's. */
  readonly principalArn: string;
}

/** A token is valid for 15 minutes whatever X-Amz-Expires says: https://github.com/kubernetes-sigs/aws-iam-authenticator (pkg/token). */
const longestAge = 15 * 60_000;

/**
 * Checks a presigned `GetCallerIdentity` URL as the EKS authenticator and STS do together. `headers` are those the authenticator adds,
 * such as `x-k8s-aws-id`. Credentials that the sandbox issued must have signed it rightly; all others count as the person.
 * Throws `AccessDenied` or `ExpiredToken`.
 */
export async function verifyPresignedIdentity(
  iam: Iam,
  url: string,
  headers: Readonly<Record<string, string>>,
  now: number,
  machineNow = Date.now(),
): Promise<Identity> {
  const parsed = parse(url);
  const query = parsed.searchParams;
  if (query.get('Action') !== 'GetCallerIdentity') throw refused('The URL is not a GetCallerIdentity request.');
  if (query.get('X-Amz-Algorithm') !== ALGORITHM_IDENTIFIER)
    throw refused(`The URL is not signed with ${ALGORITHM_IDENTIFIER}.`);
  const [accessKeyId = '', date = '', region = '', service = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  if (service !== 'sts') throw refused('The URL is not signed for STS.');
  const signedAt = amzDate(query.get('X-Amz-Date') ?? '');
  const credentials = iam.secretsOf(accessKeyId);
  // A person signs by the machine's clock, whatever the sandbox's says by now; whoever has the sandbox's credentials lives on its clock.
  const clocks = credentials ? [now] : [now, machineNow];
  if (!clocks.some((time) => Math.abs(time - signedAt) <= longestAge))
    throw new AwsError('ExpiredToken', 'The token has expired.', 403);
  if (!credentials) return { callerArn: personArn, principalArn: personArn };
  if (query.get('X-Amz-Security-Token') !== credentials.sessionToken)
    throw refused('The security token included in the request is invalid.');
  const verifier = new Verifier({ credentials, region, service, sha256: Hash.bind(null, 'sha256') });
  const scope = createScope(date, region, service);
  const expected = await verifier.signatureOf(requestOf(parsed, headers), new Date(signedAt), scope);
  if (!sameText(expected, query.get('X-Amz-Signature') ?? ''))
    throw refused('The request signature we calculated does not match the signature you provided.');
  const principal = iam.principalOf(accessKeyId);
  if (principal.kind !== 'role') throw refused('The key belongs to no role.');
  const role = principal.roleArn.split('/').at(-1) ?? '';
  const account = principal.roleArn.split(':')[4] ?? '';
  return {
    callerArn: `arn:aws:sts::${account}:assumed-role/${role}/${principal.sessionName}`,
    principalArn: principal.roleArn,
  };
}

export const personArn = 'arn:aws:iam::000000000000:user/person';

function parse(url: string): URL {
  if (!URL.canParse(url)) throw refused('The token is not a URL.');
  return new URL(url);
}

/** The SDK's signer, asked for the signature of a request that has been signed already, with exactly the headers that it names. */
class Verifier extends SignatureV4 {
  async signatureOf(request: HttpRequest, signingDate: Date, scope: string): Promise<string> {
    const signed = new Set(Object.keys(request.headers));
    const headers = getCanonicalHeaders(request, undefined, signed);
    const canonical = this.createCanonicalRequest(request, headers, await getPayloadHash(request, this.sha256));
    const { longDate } = this.formatDate(signingDate);
    const text = await this.createStringToSign(longDate, scope, canonical, ALGORITHM_IDENTIFIER);
    return await this.sign(text, { signingDate });
  }
}

/** The request behind a presigned URL, with the headers that were signed. Throws `AccessDenied` when one is missing. */
function requestOf(url: URL, headers: Readonly<Record<string, string>>): HttpRequest {
  const given: Record<string, string> = { host: url.host };
  for (const [name, value] of Object.entries(headers)) given[name.toLowerCase()] = value;
  const names = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
  const signed = names.map((name) => {
    const value = given[name];
    if (value === undefined) throw refused(`The signed header '${name}' is missing.`);
    return [name, value] as const;
  });
  return new HttpRequest({
    method: 'GET',
    path: url.pathname,
    query: Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)])),
    headers: Object.fromEntries(signed),
  });
}

function amzDate(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!found) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403);
}
