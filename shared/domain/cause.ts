/** Why work is done, in the words of the events; every workflow's causes are here, so that a row of the table has a type. */
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
