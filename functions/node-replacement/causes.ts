/** Why a node is replaced, in the words of the events. */
export const causes = [
  'SpotInterruption',
  'RebalanceRecommendation',
  'InstanceStopping',
  /** A person's execution. */
  'Manual',
  /** An execution ended before it could put back what it had changed; this one does. */
  'Cleanup',
] as const;
export type Cause = (typeof causes)[number];

/** Causes after which EC2 takes the instance away at a known time, whatever we do. */
export const interruptions: readonly Cause[] = ['SpotInterruption', 'InstanceStopping'];

/** The cause of a case, or `otherwise` when it is none of ours: another workflow may have opened it. */
export function ownCause(cause: string, otherwise: Cause): Cause {
  return causes.find((own) => own === cause) ?? otherwise;
}
