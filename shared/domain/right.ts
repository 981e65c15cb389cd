/** A rule of RBAC that we need, as in `{ verb: 'create', group: '', resource: 'pods/eviction' }`. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}
