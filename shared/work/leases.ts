/** The right to change a thing for a while. */
export interface Lease {
  /** What it is about, as in `group/spot` or `cluster/demo`. */
  readonly thing: string;
  readonly holder: string;
  /** Counts the holders that the thing has had: the protected thing can carry it and refuse an older one. */
  readonly epoch: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Who may change what. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Leases {
  /**
   * Takes the lease for so many milliseconds, or renews our own with its epoch, also after its end when nobody took it in
   * between; undefined while another holds it.
   */
  take(thing: string, holder: string, length: number): Promise<Lease | undefined>;
  /** Gives it back; a lease that has another holder or epoch by now is left alone. */
  release(lease: Lease): Promise<void>;
}
