import { badRequest, type FieldError, invalid } from '../types/status.ts';

/** Go's `strconv.ParseInt` of 64 bits. */
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/**
 * A number among the query's parameters; `undefined` when it is not there. Throws 400.
 * Source: k8s.io/apimachinery/pkg/runtime/conversion.go, Convert_Slice_string_To_int64: an empty text is no number.
 */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const refusal = (why: string) => badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw refusal('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (value < smallest || value > largest) throw refusal('value out of range');
  return Number(value);
}

/** A switch among the query's parameters: anything but `0` and `false` is true, also nothing. Source: Convert_Slice_string_To_bool. */
export function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text !== '0' && text.toLowerCase() !== 'false';
}

function forbidden(field: string, detail: string): FieldError {
  return { field, type: 'FieldValueForbidden', detail };
}

function matchOf(value: string, supported: readonly string[]): FieldError[] {
  if (supported.includes(value)) return [];
  const detail = `supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`;
  return [{ field: 'resourceVersionMatch', type: 'FieldValueNotSupported', value, detail }];
}

function watchErrors(query: URLSearchParams, match: string): FieldError[] {
  const initial = flagOf(query, 'sendInitialEvents');
  const field = 'resourceVersionMatch';
  const wanted = 'NotOlderThan';
  const needed = `sendInitialEvents requires setting resourceVersionMatch to ${wanted}`;
  const alone = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  const errors = initial !== undefined && match !== wanted ? [forbidden(field, needed)] : [];
  if (match === '') return errors;
  return [
    ...errors,
    ...(initial === undefined ? [forbidden(field, alone)] : []),
    ...matchOf(match, [wanted]),
    ...(query.get('continue') ? [forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')] : []),
  ];
}

function listErrors(query: URLSearchParams, match: string): FieldError[] {
  const field = 'resourceVersionMatch';
  const version = query.get('resourceVersion') ?? '';
  const unpaired = 'resourceVersionMatch is forbidden unless resourceVersion is provided';
  const exactZero = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
  const initial = flagOf(query, 'sendInitialEvents');
  const errors =
    initial === undefined ? [] : [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')];
  if (match === '') return errors;
  return [
    ...(version === '' ? [forbidden(field, unpaired)] : []),
    ...(query.get('continue') ? [forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')] : []),
    ...matchOf(match, ['Exact', 'NotOlderThan', '']),
    ...(match === 'Exact' && version === '0' ? [forbidden(field, exactZero)] : []),
    ...errors,
  ];
}

/**
 * Refuses parameters of a list or a watch that are not of their type (400) or do not go together (422).
 * Source: k8s.io/apimachinery/pkg/apis/meta/internalversion/validation/validation.go.
 */
export function checkListOptions(query: URLSearchParams, watch: boolean): void {
  for (const name of ['limit', 'timeoutSeconds']) integerOf(query, name);
  const match = query.get('resourceVersionMatch') ?? '';
  const errors = watch ? watchErrors(query, match) : listErrors(query, match);
  if (errors.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', errors);
}
