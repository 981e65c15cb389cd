import { AwsError, account, type CallContext, type Service } from '../../aws/contract.ts';
import { callerArn, type Iam } from '../../aws/iam/iam.ts';
import type { SandboxClock } from '../../clock.ts';

/** AWS STS: who is calling, and credentials of the template's roles. */
export function stsService(tools: { readonly clock: SandboxClock; readonly roles: Iam }): Service {
  return {
    name: 'sts',
    uses: { GetCallerIdentity: [], AssumeRole: ['RoleArn', 'RoleSessionName', 'DurationSeconds'] },
    operations: {
      GetCallerIdentity: (_input: object, { principal }: CallContext) => ({
        UserId: principal.kind === 'role' ? `AROASANDBOX:${principal.sessionName}` : 'AIDASANDBOX',
        Account: account,
        Arn: callerArn(principal),
      }),
      AssumeRole: (input: AssumeInput) => assumeRole(tools, input),
    },
  };
}

interface AssumeInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number;
}

function assumeRole(tools: { readonly clock: SandboxClock; readonly roles: Iam }, input: AssumeInput) {
  if (!tools.roles.knows(input.RoleArn)) {
    throw new AwsError(
      'AccessDenied',
      `User is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
      403,
    );
  }
  const credentials = tools.roles.assume(input.RoleArn, input.RoleSessionName);
  const role = input.RoleArn.split('/').at(-1);
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(tools.clock.now() + (input.DurationSeconds ?? 3600) * 1000),
    },
    AssumedRoleUser: {
      AssumedRoleId: `AROASANDBOX:${input.RoleSessionName}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${role}/${input.RoleSessionName}`,
    },
  };
}
