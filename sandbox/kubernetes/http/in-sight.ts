import type { Witness } from '../../witness.ts';
import type { KubeObject } from '../types/objects.ts';
import { definitionAt } from '../types/resources.ts';
import { StatusError } from '../types/status.ts';
import type { Exchange } from './exchange.ts';

interface Seen {
  readonly witness: Witness | undefined;
  readonly cluster: string;
}

/** Does what a request asks for, and tells the witness, if there is one. Throws what `act` throws. */
export function inSight(exchange: Exchange, { witness, cluster }: Seen, act: () => void): void {
  if (!witness?.request) {
    act();
    return;
  }
  const { identity, info, body, response } = exchange;
  const before = stored(exchange);
  let refused: unknown;
  try {
    act();
  } catch (error) {
    refused = error;
    throw error;
  } finally {
    const status = refused === undefined ? response.statusCode : statusOf(refused);
    witness.request({ cluster, user: identity.username, info, body, status, before });
  }
}

/** The object that a request names, as it is now. */
function stored({ api, info }: Exchange): KubeObject | undefined {
  const definition = info.name === '' ? undefined : definitionAt(info.group, info.version, info.resource);
  return definition && api.store.get(definition.key, definition.namespaced ? info.namespace : undefined, info.name);
}

function statusOf(error: unknown): number {
  return error instanceof StatusError ? error.code : 500;
}
