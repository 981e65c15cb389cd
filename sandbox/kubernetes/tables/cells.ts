import type { Container, KubeObject, LabelSelector, PodTemplate, StringMap } from '../types/objects.ts';
import { column } from './columns.ts';
import { humanDuration } from './duration.ts';

/** `5m`, or `<unknown>` for a time that is not there. */
export function since(time: string | null | undefined, now: number): string {
  return time ? humanDuration(now - Date.parse(time)) : '<unknown>';
}

export const nameColumn = column<KubeObject>('Name', ({ metadata }) => metadata.name);
export const ageColumn = column<KubeObject>('Age', ({ metadata }, { now }) => since(metadata.creationTimestamp, now));

export function orNone(text: string | undefined): string {
  return text ? text : '<none>';
}

export function labelText(labels: StringMap | undefined): string {
  return orNone(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(','),
  );
}

/** Source: k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go, FormatLabelSelector. */
export function selectorText(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const sets = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return orNone([...equal, ...sets].sort().join(','));
}

type Templated = KubeObject & {
  readonly spec: { readonly template: PodTemplate; readonly selector?: LabelSelector | undefined };
};

function containers(object: Templated): readonly Container[] {
  return object.spec.template.spec.containers;
}

export const containersColumn = column<Templated>(
  'Containers',
  (object) =>
    containers(object)
      .map(({ name }) => name)
      .join(','),
  {
    wide: true,
  },
);
export const imagesColumn = column<Templated>(
  'Images',
  (object) =>
    containers(object)
      .map(({ image }) => image ?? '')
      .join(','),
  {
    wide: true,
  },
);
export const selectorColumn = column<Templated>('Selector', ({ spec }) => selectorText(spec.selector), { wide: true });
