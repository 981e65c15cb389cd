/** Where the API of a cluster is, and who signs its certificate. */
export interface Endpoint {
  readonly url: string;
  readonly caPem: string;
}
