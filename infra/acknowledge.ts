import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts findings of cdk-nag on one construct, each by its whole finding id and with the reason why AWS leaves no choice. */
export function acknowledge(scope: IConstruct, findings: readonly (readonly [id: string, reason: string])[]): void {
  for (const [id, reason] of findings) Validations.of(scope).acknowledge({ id, reason });
}
