import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '../contract.ts';
import type { Store } from '../store/store.ts';
import { badRequest, forbidden } from '../types/status.ts';
import { authorize, refusal } from './rbac.ts';

const nothing = { isResource: true, group: '', subresource: '', namespace: undefined, path: '' } as const;

function check(store: Store, identity: Identity, resource: string, name: string): void {
  const attributes = { ...nothing, verb: 'impersonate', resource, name };
  if (authorize(store, identity, attributes).allowed) return;
  throw forbidden({ group: '', resource }, name, refusal(identity, attributes));
}

function groupsOf(header: string | string[] | undefined): string[] {
  const lines = header === undefined ? [] : [header].flat();
  // Node joins repeated headers with a comma.
  return lines.flatMap((line) => line.split(',')).map((group) => group.trim());
}

/**
 * The identity under which a request runs: the caller's, or the one that `kubectl --as` names.
 * Throws 403 when the caller may not. Source: k8s.io/apiserver/pkg/endpoints/filters/impersonation.go.
 */
export function impersonated(store: Store, identity: Identity, headers: IncomingHttpHeaders): Identity {
  const user = headers['impersonate-user'];
  const groups = groupsOf(headers['impersonate-group']);
  const others = Object.keys(headers).filter((name) => /^impersonate-(uid|extra-)/.test(name));
  if (others.length > 0) throw badRequest(`the sandbox does not serve ${others.join(', ')}`);
  if (typeof user !== 'string') {
    if (groups.length > 0) throw badRequest(`requested groups ${groups.join(', ')} without impersonating a user`);
    return identity;
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account?.[1] && account[2]) check(store, identity, 'serviceaccounts', account[2]);
  else check(store, identity, 'users', user);
  for (const group of groups) check(store, identity, 'groups', group);
  const own = account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [];
  return { username: user, groups: [...new Set([...groups, ...own, 'system:authenticated'])] };
}
