import type { Principal } from '../../sandbox/aws/contract.ts';

/** The roles of the template are the product's. */
export function isOurs(principal: Principal): boolean {
  return principal.kind === 'role';
}

/** As access entries map the product's roles (infra/kubernetes). */
export function isOurUser(user: string): boolean {
  return user.startsWith('eks-steward:');
}
