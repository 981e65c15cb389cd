import type { Taint } from '../types/objects.ts';
import type { FieldError } from '../types/status.ts';
import { labelValueErrors, qualifiedNameErrors } from './names.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function effectErrors({ effect }: Taint, field: string): FieldError[] {
  if (effects.includes(effect)) return [];
  const detail = 'supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"';
  if (!effect) return [{ field, type: 'FieldValueRequired', detail: '' }];
  return [{ field, type: 'FieldValueNotSupported', value: effect, detail }];
}

function twiceError({ key, value = '', effect }: Taint, field: string): FieldError {
  const shown = { Key: key, Value: value, Effect: effect, TimeAdded: null };
  return { field, type: 'FieldValueDuplicate', value: shown, detail: 'taints must be unique by key and effect pair' };
}

/** Source: pkg/apis/core/validation/validation.go, validateNodeTaints, whose path is that of the metadata. */
export function taintErrors(taints: readonly Taint[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, at) => {
    const field = `metadata.taints[${at}]`;
    const same = `${taint.key}:${taint.effect}`;
    const twice = seen.has(same) ? [twiceError(taint, field)] : [];
    seen.add(same);
    return [
      ...qualifiedNameErrors(taint.key ?? '', `${field}.key`),
      ...labelValueErrors(taint.value ?? '', `${field}.value`),
      ...effectErrors(taint, `${field}.effect`),
      ...twice,
    ];
  });
}
