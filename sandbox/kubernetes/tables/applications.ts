import type { KubeObject, LabelSelector, StringMap } from '../types/objects.ts';
import type { CronJob } from '../types/workload-objects.ts';
import { ageColumn, nameColumn, orNone, selectorText, since } from './cells.ts';
import { type Column, column } from './columns.ts';

const wide = { wide: true } as const;
const integer = { type: 'integer' } as const;
const boolean = { type: 'boolean' } as const;

type With<Spec, Status = object> = KubeObject & { readonly spec: Spec; readonly status?: Status };

/** The first three, and how many there are besides. Source: listWithMoreString in printers.go. */
function firstThree(list: readonly string[]): string {
  if (list.length === 0) return '<unset>';
  const shown = list.slice(0, 3).join(',');
  return list.length > 3 ? `${shown} + ${list.length - 3} more...` : shown;
}

type Secret = KubeObject & { readonly type?: string; readonly data?: object };

export const secretColumns: readonly Column[] = [
  nameColumn,
  column<Secret>('Type', ({ type }) => type ?? ''),
  column<Secret>('Data', ({ data }) => Object.keys(data ?? {}).length),
  ageColumn,
];

type Ingress = With<
  {
    readonly ingressClassName?: string;
    readonly rules?: readonly { readonly host?: string }[];
    readonly tls?: readonly object[];
  },
  { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } }
>;

function hostsOf({ spec }: Ingress): string {
  const hosts = (spec.rules ?? []).flatMap(({ host }) => host || []);
  return hosts.length === 0 ? '*' : firstThree(hosts);
}

function addressesOf({ status }: Ingress): string {
  const found = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
  return [...new Set(found)].sort().join(',');
}

export const ingressColumns: readonly Column[] = [
  nameColumn,
  column<Ingress>('Class', ({ spec }) => orNone(spec.ingressClassName)),
  column<Ingress>('Hosts', hostsOf),
  column<Ingress>('Address', addressesOf),
  column<Ingress>('Ports', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')),
  ageColumn,
];

type IngressClass = With<{
  readonly controller?: string;
  readonly parameters?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}>;

function parametersOf({ spec }: IngressClass): string {
  const { apiGroup, kind, name } = spec.parameters ?? { kind: '', name: '' };
  if (!kind) return '<none>';
  return `${apiGroup ? `${kind}.${apiGroup}` : kind}/${name}`;
}

export const ingressClassColumns: readonly Column[] = [
  nameColumn,
  column<IngressClass>('Controller', ({ spec }) => spec.controller ?? ''),
  column<IngressClass>('Parameters', parametersOf),
  ageColumn,
];

export const networkPolicyColumns: readonly Column[] = [
  nameColumn,
  column<With<{ podSelector?: LabelSelector }>>('Pod-Selector', ({ spec }) => selectorText(spec.podSelector)),
  ageColumn,
];

interface MetricTarget {
  readonly averageValue?: string;
  readonly averageUtilization?: number;
  readonly value?: string;
}

interface Metric {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly containerResource?: { readonly name: string; readonly target: MetricTarget };
  readonly pods?: { readonly target: MetricTarget };
  readonly object?: { readonly target: MetricTarget };
  readonly external?: { readonly target: MetricTarget };
}

/** Nothing measures here, so every current value is unknown. */
function metricText(metric: Metric): string {
  const resource = metric.resource ?? metric.containerResource;
  if (resource) {
    const { averageValue, averageUtilization } = resource.target;
    const target = averageValue ?? (averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`);
    return `${resource.name}: <unknown>/${target}`;
  }
  if (metric.pods) return `<unknown>/${metric.pods.target.averageValue}`;
  const { averageValue, value } = (metric.object ?? metric.external)?.target ?? {};
  return averageValue === undefined ? `<unknown>/${value}` : `<unknown>/${averageValue} (avg)`;
}

type Autoscaler = With<
  {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly Metric[];
  },
  { readonly currentReplicas?: number }
>;

function metricsOf({ spec }: Autoscaler): string {
  const texts = (spec.metrics ?? []).map(metricText);
  if (texts.length === 0) return '<none>';
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...` : texts.join(', ');
}

export const autoscalerColumns: readonly Column[] = [
  nameColumn,
  column<Autoscaler>('Reference', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  column<Autoscaler>('Targets', metricsOf),
  column<Autoscaler>('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
  column<Autoscaler>('MaxPods', ({ spec }) => spec.maxReplicas),
  column<Autoscaler>('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

const containersOf = ({ spec }: CronJob) => spec.jobTemplate.spec.template.spec.containers;

export const cronJobColumns: readonly Column[] = [
  nameColumn,
  column<CronJob>('Schedule', ({ spec }) => spec.schedule),
  column<CronJob>('Timezone', ({ spec }) => orNone(spec.timeZone)),
  column<CronJob>('Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False'), boolean),
  column<CronJob>('Active', ({ status }) => status?.active?.length ?? 0, integer),
  column<CronJob>('Last Schedule', ({ status }, { now }) =>
    status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>',
  ),
  ageColumn,
  column<CronJob>(
    'Containers',
    (cron) =>
      containersOf(cron)
        .map(({ name }) => name)
        .join(','),
    wide,
  ),
  column<CronJob>(
    'Images',
    (cron) =>
      containersOf(cron)
        .map(({ image }) => image)
        .join(','),
    wide,
  ),
  column<CronJob>('Selector', ({ spec }) => selectorText(spec.jobTemplate.spec.selector), wide),
];

type Quota = With<object, { readonly hard?: StringMap; readonly used?: StringMap }>;

function quotaText({ status }: Quota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith('limits.') === limits);
  return names
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}

export const quotaColumns: readonly Column[] = [
  nameColumn,
  column<Quota>('Request', (quota) => quotaText(quota, false)),
  column<Quota>('Limit', (quota) => quotaText(quota, true)),
  ageColumn,
];

interface Port {
  readonly name?: string;
  readonly port?: number;
}
type Slice = KubeObject & {
  readonly addressType: string;
  readonly ports?: readonly Port[] | null;
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[] | null;
};

export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  column<Slice>('AddressType', ({ addressType }) => addressType),
  column<Slice>('Ports', ({ ports }) => firstThree((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')))),
  column<Slice>('Endpoints', ({ endpoints }) => firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses))),
  ageColumn,
];

type Endpoints = KubeObject & {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly Port[];
  }[];
};

function endpointsText({ subsets = [] }: Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
  );
  return all.length === 0 ? '<none>' : firstThree(all);
}

export const endpointsColumns: readonly Column[] = [
  nameColumn,
  column<Endpoints>('Endpoints', endpointsText),
  ageColumn,
];
