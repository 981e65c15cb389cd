import { apiVersionOf, definitions, type ResourceDefinition } from '../types/resources.ts';
import { type Exchange, sendJson, sendText } from './exchange.ts';
import { openApiPaths } from './openapi.ts';
import { type ReviewDefinition, reviews } from './reviews.ts';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

type Served = ResourceDefinition | ReviewDefinition;

const served: readonly Served[] = [...definitions, ...reviews];

/** Every group and version that is served, the core group first. */
export function groupVersions(): GroupVersion[] {
  const found = new Map(served.map(({ group, version }) => [`${group}/${version}`, { group, version }]));
  return [...found.values()].sort((left, right) => (left.group < right.group ? -1 : 1));
}

function of({ group, version }: GroupVersion): Served[] {
  return served.filter((item) => item.group === group && item.version === version);
}

function isStored(item: Served): item is ResourceDefinition {
  return 'key' in item;
}

function subresourcesOf(item: ResourceDefinition): object[] {
  return item.subresources.map(({ name, kind, verbs, group, version }) => ({
    name: `${item.resource}/${name}`,
    singularName: '',
    namespaced: item.namespaced,
    ...(group ? { group, version } : {}),
    kind,
    verbs,
  }));
}

function apiResources(groupVersion: GroupVersion): object[] {
  return of(groupVersion).flatMap((item): object[] => {
    if (!isStored(item)) {
      const singularName = item.kind.toLowerCase();
      return [{ name: item.resource, singularName, namespaced: false, kind: item.kind, verbs: ['create'] }];
    }
    const { resource: name, singular: singularName, namespaced, kind, verbs, shortNames, categories } = item;
    const extra = { ...(shortNames.length ? { shortNames } : {}), ...(categories.length ? { categories } : {}) };
    return [{ name, singularName, namespaced, kind, verbs, ...extra }, ...subresourcesOf(item)];
  });
}

function groupObject(group: string): object {
  const versions = groupVersions().filter((item) => item.group === group);
  const entries = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

function aggregatedResource(item: Served): object {
  const responseKind = { group: item.group, version: item.version, kind: item.kind };
  if (!isStored(item)) {
    const singularResource = item.kind.toLowerCase();
    return { resource: item.resource, responseKind, scope: 'Cluster', singularResource, verbs: ['create'] };
  }
  const subresources = item.subresources.map(({ name, kind, verbs, group, version }) => ({
    subresource: name,
    responseKind: { group: group ?? item.group, version: version ?? item.version, kind },
    verbs,
  }));
  return {
    resource: item.resource,
    responseKind,
    scope: item.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: item.singular,
    verbs: item.verbs,
    ...(item.shortNames.length ? { shortNames: item.shortNames } : {}),
    ...(item.categories.length ? { categories: item.categories } : {}),
    ...(subresources.length ? { subresources } : {}),
  };
}

function aggregated(core: boolean): object {
  const names = [...new Set(groupVersions().map(({ group }) => group))].filter((group) => (group === '') === core);
  const items = names.map((group) => ({
    metadata: { name: group || null, creationTimestamp: null },
    versions: groupVersions()
      .filter((item) => item.group === group)
      .map((item) => ({ version: item.version, freshness: 'Current', resources: of(item).map(aggregatedResource) })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** Source: k8s.io/apiserver/pkg/endpoints/discovery/aggregated/negotiation.go. */
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function wantsAggregated(exchange: Exchange): boolean {
  const accept = (exchange.request.headers.accept ?? '').replaceAll(' ', '').split(',');
  return accept.includes(aggregatedType);
}

function sendRoot(exchange: Exchange, core: boolean): void {
  if (wantsAggregated(exchange)) {
    sendText(exchange, 200, JSON.stringify(aggregated(core)), aggregatedType);
    return;
  }
  if (core) {
    const serverAddressByClientCIDRs = [
      { clientCIDR: '0.0.0.0/0', serverAddress: exchange.request.headers.host ?? '' },
    ];
    sendJson(exchange, 200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs });
    return;
  }
  const names = [...new Set(groupVersions().map(({ group }) => group))].filter((group) => group !== '');
  sendJson(exchange, 200, { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map(groupObject) });
}

function versionInfo(version: string): object {
  const [major, minor] = version.replace(/^v/, '').split('.');
  return {
    major,
    minor,
    gitVersion: version,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'none',
    platform: 'linux/amd64',
  };
}

function sendGroup(exchange: Exchange, path: string): boolean {
  const found = groupVersions().find((item) => path === `/api${item.group ? 's' : ''}/${apiVersionOf(item)}`);
  if (found) {
    const groupVersion = apiVersionOf(found);
    sendJson(exchange, 200, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion,
      resources: apiResources(found),
    });
    return true;
  }
  const group = groupVersions().find((item) => item.group && path === `/apis/${item.group}`)?.group;
  if (group) sendJson(exchange, 200, { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(group) });
  return group !== undefined;
}

/** Answers a path outside resources: discovery, health, version, OpenAPI. Gives false for a path that is not served. */
export function sendOutside(exchange: Exchange, version: string): boolean {
  const path = exchange.info.path.length > 1 ? exchange.info.path.replace(/\/$/, '') : exchange.info.path;
  if (path === '/version') sendJson(exchange, 200, versionInfo(version));
  else if (['/healthz', '/livez', '/readyz'].includes(path)) sendText(exchange, 200, 'ok', 'text/plain; charset=utf-8');
  else if (path === '/api') sendRoot(exchange, true);
  else if (path === '/apis') sendRoot(exchange, false);
  else if (path.startsWith('/openapi/')) return openApiPaths(exchange, path, groupVersions());
  else return sendGroup(exchange, path);
  return true;
}
