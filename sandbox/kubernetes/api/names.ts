import type { FieldError } from '../types/status.ts';

/** Words and expressions: k8s.io/apimachinery/pkg/util/validation/validation.go. */
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

export type NameRule = 'label' | 'subdomain' | 'path';

/** What is wrong with an object's name. Most kinds take a subdomain (253), namespaces and services a label (63), RBAC a path. */
export function nameErrors(name: string, rule: NameRule, field: string): FieldError[] {
  if (rule === 'path') {
    if (name !== '.' && name !== '..' && !/[/%]/.test(name)) return [];
    return [{ field, type: 'FieldValueInvalid', value: name, detail: "may not be '.', '..', or contain '/' or '%'" }];
  }
  const [form, words, longest] =
    rule === 'label' ? ([label, labelWords, 63] as const) : ([subdomain, subdomainWords, 253] as const);
  if (!form.test(name)) return [{ field, type: 'FieldValueInvalid', value: name, detail: words }];
  if (name.length <= longest) return [];
  return [{ field, type: 'FieldValueInvalid', value: name, detail: `must be no more than ${longest} characters` }];
}

function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.pop() ?? '';
  const prefix = parts.pop();
  if (parts.length > 0 || name.length > 63 || !qualifiedName.test(name)) return false;
  return prefix === undefined || (subdomain.test(prefix) && prefix.length <= 253);
}

const keyWords =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with a key of a label, a taint or an annotation. */
export function qualifiedNameErrors(key: string, field: string): FieldError[] {
  const error = (detail: string) => ({ field, type: 'FieldValueInvalid', value: key, detail }) as const;
  if (key === '') return [error('name part must be non-empty'), error(keyWords)];
  return isQualifiedName(key) ? [] : [error(keyWords)];
}

/** What is wrong with the value of a label or a taint. */
export function labelValueErrors(value: string, field: string): FieldError[] {
  const detail = value.length > 63 ? 'must be no more than 63 bytes' : valueWords;
  return value.length <= 63 && labelValue.test(value) ? [] : [{ field, type: 'FieldValueInvalid', value, detail }];
}

/** What is wrong with labels. */
export function labelErrors(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key, field),
    ...labelValueErrors(value, field),
  ]);
}

/** What is wrong with annotation keys. */
export function annotationErrors(annotations: Readonly<Record<string, string>> | undefined): FieldError[] {
  return Object.keys(annotations ?? {})
    .filter((key) => !isQualifiedName(key.toLowerCase()))
    .map((key) => ({ field: 'metadata.annotations', type: 'FieldValueInvalid', value: key, detail: keyWords }));
}
