import { decode } from '../api/decode.ts';
import type { Identity } from '../contract.ts';
import type { PolicyRule } from '../types/cluster-objects.ts';
import type { KubeObject } from '../types/objects.ts';
import { badRequest } from '../types/status.ts';
import { bodyOf } from './body.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { type Attributes, authorize, grantsOf } from './rbac.ts';

export interface ReviewDefinition {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly model: string;
  answer(exchange: Exchange, body: KubeObject): object;
}

interface AccessSpec {
  readonly resourceAttributes?: {
    readonly namespace?: string;
    readonly verb?: string;
    readonly group?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
}

function attributesOf(spec: AccessSpec): Attributes {
  const { resourceAttributes: of, nonResourceAttributes: outside } = spec;
  if (!of && !outside) throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  return {
    isResource: of !== undefined,
    verb: of?.verb ?? outside?.verb ?? '',
    group: of?.group ?? '',
    resource: of?.resource ?? '',
    subresource: of?.subresource ?? '',
    namespace: of?.namespace || undefined,
    name: of?.name ?? '',
    path: outside?.path ?? '',
  };
}

function access(exchange: Exchange, identity: Identity, body: KubeObject): object {
  const { allowed, reason } = authorize(exchange.api.store, identity, attributesOf((body.spec ?? {}) as AccessSpec));
  return { ...body, status: { allowed, ...(reason ? { reason } : {}) } };
}

function subjectOf(body: KubeObject): Identity {
  const { user = '', groups = [] } = (body.spec ?? {}) as AccessSpec;
  return { username: user, groups };
}

function mastersRules(): PolicyRule[] {
  return [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ];
}

function rules(exchange: Exchange, body: KubeObject): object {
  const { namespace } = (body.spec ?? {}) as { namespace?: string };
  if (!namespace) throw badRequest('no namespace on request');
  const { identity, api } = exchange;
  const granted = identity.groups.includes('system:masters')
    ? mastersRules()
    : [...grantsOf(api.store, identity, namespace)].map(({ rule }) => rule);
  const resourceRules = granted.filter(({ resources }) => resources?.length);
  const nonResourceRules = granted.filter(({ nonResourceURLs }) => nonResourceURLs?.length);
  return {
    ...body,
    status: {
      resourceRules,
      nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
    },
  };
}

function self(exchange: Exchange, body: KubeObject): object {
  const { username, uid, groups, extra } = exchange.identity;
  return { ...body, status: { userInfo: { username, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) } } };
}

const authorization = { group: 'authorization.k8s.io', version: 'v1' } as const;

/** Resources that answer a question and store nothing. */
export const reviews: readonly ReviewDefinition[] = [
  {
    ...authorization,
    resource: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    model: 'V1SelfSubjectAccessReview',
    answer: (exchange, body) => access(exchange, exchange.identity, body),
  },
  {
    ...authorization,
    resource: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    model: 'V1SubjectAccessReview',
    answer: (exchange, body) => access(exchange, subjectOf(body), body),
  },
  {
    ...authorization,
    resource: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    model: 'V1SelfSubjectRulesReview',
    answer: rules,
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    model: 'V1SelfSubjectReview',
    answer: self,
  },
];

/** The review behind a path, if there is one. */
export function reviewAt(group: string, version: string, resource: string): ReviewDefinition | undefined {
  return reviews.find((item) => item.group === group && item.version === version && item.resource === resource);
}

/** Answers a review: 201 with its status. */
export function sendReview(exchange: Exchange, review: ReviewDefinition): void {
  const target = { apiVersion: `${review.group}/${review.version}`, kind: review.kind, model: review.model };
  const body = decode(bodyOf(exchange), target, 'Ignore', () => {});
  sendJson(exchange, 201, review.answer(exchange, { ...body, metadata: { ...body.metadata } }));
}
