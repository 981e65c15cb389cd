import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type ApiContext, newUid, nowOf, timestamp } from '../api/context.ts';
import { decode } from '../api/decode.ts';
import type { Identity } from '../contract.ts';
import type { KubeObject } from '../types/objects.ts';
import { badRequest, conflict, type FieldError, invalid, notFound } from '../types/status.ts';

const model = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  model: 'AuthenticationV1TokenRequest',
} as const;
const audience = 'https://kubernetes.default.svc';

interface Spec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
  };
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly sub: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: Reference;
    readonly pod?: Reference;
    readonly secret?: Reference;
    readonly node?: Reference;
  };
}

const bindable = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

function isBindable(kind: string): kind is keyof typeof bindable {
  return kind in bindable;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Source: pkg/apis/authentication/validation/validation.go, ValidateTokenRequest. */
function lifetimeErrors(value: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  if (value < 600)
    return [{ field, type: 'FieldValueInvalid', value, detail: 'may not specify a duration less than 10 minutes' }];
  if (value <= 2 ** 32) return [];
  return [{ field, type: 'FieldValueInvalid', value, detail: 'may not specify a duration larger than 2^32 seconds' }];
}

/** Issues the tokens of service accounts and knows them again. Source: pkg/registry/core/serviceaccount/storage/token.go. */
export class ServiceAccountTokens {
  readonly #context: ApiContext;
  readonly #key: Buffer;

  constructor(context: ApiContext, secret: string) {
    this.#context = context;
    this.#key = createHash('sha256').update(`service accounts ${secret}`).digest();
  }

  /** The answer to a TokenRequest. Throws 404, 409, 422, or 400 for what a token cannot be bound to. */
  issue(target: { readonly namespace: string; readonly name: string }, given: unknown): object {
    const request = decode(given, model, 'Ignore', () => {});
    const { namespace, name } = target;
    const account = this.#context.store.get('serviceaccounts', namespace, name);
    if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
    const spec = (request.spec ?? {}) as Spec;
    const { expirationSeconds = 3600 } = spec;
    const audiences = spec.audiences?.length ? spec.audiences : [audience];
    const errors = lifetimeErrors(expirationSeconds);
    if (errors.length > 0) throw invalid('authentication.k8s.io', 'TokenRequest', '', errors);
    const issued = Math.floor(this.#context.clock.now() / 1000);
    const expires = issued + expirationSeconds;
    const times = { iat: issued, nbf: issued, exp: expires, jti: newUid(this.#context) };
    const token = this.#signed(account, { aud: audiences, ...times }, this.#bound(namespace, spec));
    return {
      ...request,
      metadata: {
        ...request.metadata,
        name,
        namespace,
        uid: account.metadata.uid,
        creationTimestamp: nowOf(this.#context),
      },
      spec: { ...spec, audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token, expirationTimestamp: timestamp(expires * 1000) },
    };
  }

  /** Who a token belongs to; nobody when it is not ours, has expired, or its account or what it is bound to is gone. */
  identityOf(token: string): Identity | undefined {
    const claims = this.#verified(token);
    if (!claims || claims.exp * 1000 <= this.#context.clock.now() || !claims.aud.includes(audience)) return undefined;
    const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
    const { store } = this.#context;
    const lives = (of: Reference | undefined, object: KubeObject | undefined) => !of || object?.metadata.uid === of.uid;
    const valid =
      lives(serviceaccount, store.get('serviceaccounts', namespace, serviceaccount.name)) &&
      lives(pod, store.get('pods', namespace, pod?.name ?? '')) &&
      lives(secret, store.get('secrets', namespace, secret?.name ?? '')) &&
      lives(node, store.get('nodes', undefined, node?.name ?? ''));
    if (!valid) return undefined;
    return {
      username: claims.sub,
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
    };
  }

  #bound(namespace: string, { boundObjectRef: wanted }: Spec): object {
    if (!wanted) return {};
    const { apiVersion = '', kind = '', name = '', uid } = wanted;
    if (apiVersion !== 'v1' || !isBindable(kind))
      throw badRequest(
        `cannot bind token to object of type ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`,
      );
    const resource = bindable[kind];
    const object = this.#context.store.get(resource, kind === 'Node' ? undefined : namespace, name);
    if (!object) throw notFound({ group: '', resource }, name);
    if (uid && uid !== object.metadata.uid) {
      const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
      throw conflict({ group: '', resource: kind }, name, why);
    }
    return { [kind.toLowerCase()]: { name, uid: object.metadata.uid } };
  }

  #signed(account: KubeObject, claims: object, bound: object): string {
    const { namespace = '', name, uid } = account.metadata;
    const kubernetes = { namespace, serviceaccount: { name, uid }, ...bound };
    const sub = `system:serviceaccount:${namespace}:${name}`;
    const payload = { ...claims, iss: audience, 'kubernetes.io': kubernetes, sub };
    const body = `${encoded({ alg: 'HS256', kid: 'sandbox', typ: 'JWT' })}.${encoded(payload)}`;
    return `${body}.${this.#signature(body).toString('base64url')}`;
  }

  #signature(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest();
  }

  #verified(token: string): Claims | undefined {
    const [head, payload, signature, ...more] = token.split('.');
    // Not ours: a token of EKS has one dot.
    if (payload === undefined || signature === undefined || more.length > 0) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const right = this.#signature(`${head}.${payload}`);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  }
}
