/** The two lengths that EC2 has given out; nothing else is an instance id, whatever an event says. */
const pattern = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

export function isInstanceId(text: string): boolean {
  return pattern.test(text);
}

/**
 * The instance that a Node's `spec.providerID` names, as in `aws:///us-east-1a/i-0123456789abcdef0`.
 * Undefined for any other provider (Fargate nodes have `aws:///<zone>/fargate-…`).
 */
export function instanceOfProviderId(providerId: string | undefined): string | undefined {
  const last = providerId?.startsWith('aws:///') ? providerId.split('/').at(-1) : undefined;
  return last !== undefined && isInstanceId(last) ? last : undefined;
}
