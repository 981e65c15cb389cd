/** What we need to know of a ValidatingAdmissionPolicy. */
export interface AdmissionPolicyFacts {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Does a binding make it refuse what it is against? */
  readonly enforced: boolean;
}
