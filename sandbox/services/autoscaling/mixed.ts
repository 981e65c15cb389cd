/** The part of a mixed instances policy that decides what is launched. */
export interface Mixed {
  /** In the order of their priority. */
  readonly instanceTypes: readonly string[];
  readonly onDemandBase: number;
  /** Of what is above the base. */
  readonly onDemandPercentage: number;
  readonly onDemandStrategy: string;
  readonly spotStrategy: string;
}
