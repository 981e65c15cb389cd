/** What EC2 says of an instance. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly state: string;
  readonly spot: boolean;
  /** The name that a node usually has; a hint only. */
  readonly privateDnsName: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}
