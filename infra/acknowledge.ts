import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const known = new WeakMap<Stack, Set<string>>();

/**
 * Accepts findings of cdk-nag, each by its whole finding id and with the reason why AWS, or what we are, leaves no choice. It stands beside
 * the statement that is found; one reason holds for all resources of the stack that are made by it, so it is recorded once.
 */
export function acknowledge(scope: IConstruct, findings: readonly (readonly [id: string, reason: string])[]): void {
  const stack = Stack.of(scope);
  const recorded = known.get(stack) ?? new Set<string>();
  known.set(stack, recorded);
  for (const [id, reason] of findings) {
    if (!recorded.has(id)) Validations.of(stack).acknowledge({ id, reason });
    recorded.add(id);
  }
}

/** How many findings are acknowledged in a stack. */
export function acknowledgements(stack: Stack): number {
  return known.get(stack)?.size ?? 0;
}
