import type { LabelSelector, Requirement } from '../types/objects.ts';
import type { FieldError } from '../types/status.ts';
import { labelErrors, qualifiedNameErrors } from './names.ts';

function requirementErrors({ key, operator, values = [] }: Requirement, path: string): FieldError[] {
  const errors = qualifiedNameErrors(key, `${path}.key`);
  const field = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return errors;
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    return [{ field, type: 'FieldValueRequired', detail }, ...errors];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return errors;
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [{ field, type: 'FieldValueForbidden', detail }, ...errors];
  }
  const detail = 'not a valid selector operator';
  return [{ field: `${path}.operator`, type: 'FieldValueInvalid', value: operator, detail }, ...errors];
}

/** Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go, ValidateLabelSelector. */
export function selectorErrors(selector: LabelSelector | undefined): FieldError[] {
  return [
    ...labelErrors(selector?.matchLabels, 'spec.selector.matchLabels'),
    ...(selector?.matchExpressions ?? []).flatMap((item, at) =>
      requirementErrors(item, `spec.selector.matchExpressions[${at}]`),
    ),
  ];
}
