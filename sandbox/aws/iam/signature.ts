import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
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
export function verifyPresignedIdentity(
  iam: Iam,
  url: string,
  headers: Readonly<Record<string, string>>,
  now: number,
): Identity {
  const parsed = parse(url);
  const query = parsed.searchParams;
  if (query.get('Action') !== 'GetCallerIdentity') throw refused('The URL is not a GetCallerIdentity request.');
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw refused('The URL is not signed with AWS4-HMAC-SHA256.');
  const [accessKeyId = '', date = '', region = '', service = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  if (service !== 'sts') throw refused('The URL is not signed for STS.');
  const signedAt = amzDate(query.get('X-Amz-Date') ?? '');
  const age = now - signedAt;
  if (Number.isNaN(signedAt) || age > longestAge || age < -longestAge)
    throw new AwsError('ExpiredToken', 'The token has expired.', 403);
  const credentials = iam.secretsOf(accessKeyId);
  if (!credentials) return { callerArn: personArn, principalArn: personArn };
  if (query.get('X-Amz-Security-Token') !== credentials.sessionToken)
    throw refused('The security token included in the request is invalid.');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const expected = sign(
    canonicalRequest(parsed, headers),
    query.get('X-Amz-Date') ?? '',
    scope,
    credentials.secretAccessKey,
  );
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
  try {
    return new URL(url);
  } catch {
    throw refused('The token is not a URL.');
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function canonicalRequest(url: URL, headers: Readonly<Record<string, string>>): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const given: Record<string, string> = { host: url.host };
  for (const [name, value] of Object.entries(headers)) given[name.toLowerCase()] = value.trim();
  const signed = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
  const lines = signed.map((name) => {
    const value = given[name];
    if (value === undefined) throw refused(`The signed header '${name}' is missing.`);
    return `${name}:${value}\n`;
  });
  return ['GET', url.pathname, query, lines.join(''), signed.join(';'), sha256('')].join('\n');
}

function sign(request: string, amzTime: string, scope: string, secret: string): string {
  const key = scope.split('/').reduce<Buffer | string>((chain, part) => hmac(chain, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', amzTime, scope, sha256(request)].join('\n')).toString('hex');
}

function amzDate(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!found) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403);
}
