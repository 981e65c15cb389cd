import { hex, type Random } from '../../random.ts';
import { AwsError, account, type CallFacts, type Principal, type ResourcePolicy, region } from '../contract.ts';
import { checkConditions, conditionsHold } from './conditions.ts';
import { managedPolicy } from './managed.ts';
import {
  type ConditionContext,
  listOf,
  type PolicyDocument,
  type Statement,
  statementsOf,
  wildcard,
} from './policy.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A call as IAM sees it. */
export interface AccessRequest extends CallFacts {
  readonly resources: readonly string[];
  /** Such as `eks:DescribeCluster`. */
  readonly action: string;
}

interface Session extends Credentials {
  readonly roleArn: string;
  readonly sessionName: string;
}

/** The roles of the template, their sessions, and what they may do. */
export class Iam {
  readonly #random: Random;
  readonly #roles = new Map<string, readonly Statement[]>();
  readonly #sessions = new Map<string, Session>();

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Makes a role known, or replaces its policies, and gives credentials of it. Throws on a condition operator, a condition key, a
   * policy variable or an AWS-managed policy that the sandbox does not know.
   */
  registerRole(
    roleArn: string,
    policies: readonly PolicyDocument[],
    managedPolicyArns: readonly string[] = [],
  ): Credentials {
    const documents = [...policies, ...managedPolicyArns.map(managedPolicy)];
    const statements = documents.flatMap(statementsOf);
    for (const statement of statements) checkStatement(statement);
    this.#roles.set(roleArn, statements);
    return this.assume(roleArn, 'sandbox');
  }

  /** Credentials of a session of a known role; throws `NoSuchEntity` for another role. */
  assume(roleArn: string, sessionName: string): Credentials {
    if (!this.#roles.has(roleArn)) throw new AwsError('NoSuchEntity', `The role ${roleArn} does not exist.`, 404);
    const session: Session = {
      accessKeyId: `ASIA${hex(this.#random, 16).toUpperCase()}`,
      secretAccessKey: hex(this.#random, 40),
      sessionToken: hex(this.#random, 64),
      roleArn,
      sessionName,
    };
    this.#sessions.set(session.accessKeyId, session);
    return session;
  }

  /** Who signs with that key: a session of a role, or a person for every key that the sandbox did not issue. */
  principalOf(accessKeyId: string | undefined): Principal {
    const session = accessKeyId === undefined ? undefined : this.#sessions.get(accessKeyId);
    return session ? { kind: 'role', roleArn: session.roleArn, sessionName: session.sessionName } : { kind: 'person' };
  }

  /** The secrets of a key that the sandbox issued. */
  secretsOf(accessKeyId: string): Credentials | undefined {
    return this.#sessions.get(accessKeyId);
  }

  knows(roleArn: string): boolean {
    return this.#roles.has(roleArn);
  }

  /** Why the principal may not make the call, in AWS's words, or undefined when it may. */
  refusal(principal: Principal, request: AccessRequest, policy?: ResourcePolicy): string | undefined {
    if (principal.kind === 'person') return undefined;
    const user = callerArn(principal);
    const common = { ...defaultKeys(principal), ...request.keys };
    const ownStatements = principal.kind === 'role' ? (this.#roles.get(principal.roleArn) ?? []) : [];
    const resourceStatements = policy ? policyStatements(policy, principal) : [];
    for (const resource of request.resources) {
      const keys = { ...common, ...request.keysOf?.[resource] };
      const matching = [...ownStatements, ...resourceStatements].filter((statement) =>
        applies(statement, request.action, resource, keys),
      );
      const what = `User: ${user} is not authorized to perform: ${request.action} on resource: ${resource}`;
      if (matching.some((statement) => statement.Effect === 'Deny')) return `${what} with an explicit deny`;
      if (matching.length === 0) {
        const kind = principal.kind === 'role' ? 'identity-based' : 'resource-based';
        return `${what} because no ${kind} policy allows the ${request.action} action`;
      }
    }
    return undefined;
  }
}

/** The ARN that STS and error messages name. */
export function callerArn(principal: Principal): string {
  if (principal.kind === 'person') return `arn:aws:iam::${account}:user/person`;
  if (principal.kind === 'service') return principal.service;
  const role = principal.roleArn.split('/').at(-1) ?? '';
  return `arn:aws:sts::${account}:assumed-role/${role}/${principal.sessionName}`;
}

function defaultKeys(principal: Principal): ConditionContext {
  const common = {
    'aws:RequestedRegion': region,
    'ec2:Region': region,
    'aws:ResourceAccount': account,
    'aws:SecureTransport': 'true',
  };
  if (principal.kind === 'service') {
    return {
      ...common,
      'aws:SourceArn': principal.sourceArn,
      'aws:SourceAccount': principal.sourceArn.split(':')[4] ?? '',
      // The older name that SNS's default policy has.
      'aws:SourceOwner': principal.sourceArn.split(':')[4] ?? '',
      'aws:PrincipalServiceName': principal.service,
    };
  }
  const arn = principal.kind === 'role' ? principal.roleArn : callerArn(principal);
  return { ...common, 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': account };
}

function checkStatement(statement: Statement): void {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw new Error(`Unknown IAM effect '${statement.Effect}'.`);
  if (!statement.Action && !statement.NotAction) throw new Error('An IAM statement has neither Action nor NotAction.');
  const unknown = Object.keys(statement).find(
    (key) =>
      !['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition'].includes(key),
  );
  if (unknown) throw new Error(`The sandbox does not know the IAM statement element '${unknown}'.`);
  checkConditions(statement);
}

function applies(statement: Statement, action: string, resource: string, keys: ConditionContext): boolean {
  // Action names are not case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
  const named = (list: Statement['Action']) => listOf(list).some((pattern) => wildcard(pattern, action, true));
  if (statement.Action ? !named(statement.Action) : named(statement.NotAction)) return false;
  const on = (list: Statement['Resource']) => listOf(list).some((pattern) => wildcard(pattern, resource));
  if (statement.Resource && !on(statement.Resource)) return false;
  if (statement.NotResource && on(statement.NotResource)) return false;
  return conditionsHold(statement, keys);
}

function policyStatements(policy: ResourcePolicy, principal: Principal): readonly Statement[] {
  const statements = statementsOf(JSON.parse(policy.document) as PolicyDocument);
  for (const statement of statements) checkStatement(statement);
  return statements.filter((statement) => concerns(statement.Principal, principal));
}

function concerns(element: Statement['Principal'], principal: Principal): boolean {
  if (element === undefined) return false;
  if (typeof element === 'string') return element === '*';
  // "Principal": "*" and "Principal": { "AWS": "*" } are the same (IAM user guide, "Specifying all principals").
  if (listOf(element['AWS']).includes('*')) return true;
  if (principal.kind === 'service')
    return listOf(element['Service']).some((name) => name === principal.service || name === '*');
  const roleArn = principal.kind === 'role' ? principal.roleArn : '';
  return listOf(element['AWS']).some(
    (arn) => arn === '*' || arn === roleArn || arn === account || arn === `arn:aws:iam::${account}:root`,
  );
}
