import type { Endpoint } from '../domain/endpoint.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterApi } from './cluster-api.ts';
import { Connection } from './connection.ts';
import { type Credentials, eksTokens } from './eks-token.ts';

/** EKS can move an endpoint and rotate its CA; what it says is believed this long. Milliseconds. */
const believed = 300_000;

/**
 * Opens clusters by name and keeps their connections, so that a warm function pays for neither handshake nor token.
 *
 * @param locate where a cluster's API is; its errors are passed on
 * @param client what is asked of a cluster, through one invocation's connection
 */
export function clusterDirectory<Api = ClusterApi>(
  locate: (name: string, signal?: AbortSignal) => Promise<Endpoint>,
  region: string,
  credentials: Credentials,
  clock: Clock,
  client: (connection: Connection, clock: Clock, signal?: AbortSignal) => Api,
): (name: string, signal?: AbortSignal) => Promise<Api> {
  const open = new Map<string, { readonly connection: Connection; readonly endpoint: Endpoint; until: number }>();
  return async (name, signal) => {
    const known = open.get(name);
    if (known && clock.now() < known.until) return client(known.connection, clock, signal);
    const endpoint = await locate(name, signal);
    const until = clock.now() + believed;
    if (known && known.endpoint.url === endpoint.url && known.endpoint.caPem === endpoint.caPem) {
      known.until = until;
      return client(known.connection, clock, signal);
    }
    const connection = new Connection(endpoint, eksTokens(name, region, credentials, clock), clock);
    open.set(name, { connection, endpoint, until });
    return client(connection, clock, signal);
  };
}
