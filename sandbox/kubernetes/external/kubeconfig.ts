import { dirname, resolve } from 'node:path';
import { InputError, readText, readYaml } from '../../input.ts';

/** How to reach an API server. PEM texts. */
export interface Access {
  readonly server: string;
  readonly ca: string;
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

interface Named<Value> {
  readonly name: string;
  readonly cluster?: Value;
  readonly user?: Value;
  readonly context?: Value;
}

type Fields = Readonly<Record<string, string>>;

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly Named<Fields>[];
  readonly clusters?: readonly Named<Fields>[];
  readonly users?: readonly Named<Fields>[];
}

/**
 * The access that the current context of a kubeconfig gives. Only to this machine: the sandbox makes up nodes and workloads,
 * which must never happen to a cluster that somebody runs something on.
 *
 * @throws InputError naming what is missing, or what it does not understand, such as an exec plugin
 */
export function accessOf(path: string): Access {
  const config = (readYaml(path) ?? {}) as Kubeconfig;
  const named = (list: readonly Named<Fields>[] | undefined, name: string | undefined, what: string): Named<Fields> => {
    const found = list?.find((entry) => entry.name === name);
    if (!found) throw new InputError(`${path}: there is no ${what} '${name ?? ''}'`);
    return found;
  };
  const context = named(config.contexts, config['current-context'], 'context').context ?? {};
  const cluster = named(config.clusters, context['cluster'], 'cluster').cluster ?? {};
  const user = named(config.users, context['user'], 'user').user ?? {};
  const pem = (holder: Fields, name: string): string | undefined => {
    const data = holder[`${name}-data`];
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    const file = holder[name];
    return file === undefined ? undefined : readText(resolve(dirname(path), file));
  };
  const server = cluster['server'];
  const ca = pem(cluster, 'certificate-authority');
  if (server === undefined || ca === undefined)
    throw new InputError(`${path}: the cluster needs server and certificate-authority`);
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(server).hostname))
    throw new InputError(`${path}: the sandbox only takes a cluster on this machine, and ${server} is not on it`);
  const [token, certificate, key] = [user['token'], pem(user, 'client-certificate'), pem(user, 'client-key')];
  if (token === undefined && (certificate === undefined || key === undefined))
    throw new InputError(`${path}: the user needs a token, or a client certificate and its key`);
  return {
    server,
    ca,
    ...(token !== undefined && { token }),
    ...(certificate !== undefined && key !== undefined && { certificate, key }),
  };
}
