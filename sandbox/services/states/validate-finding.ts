import type { Json, JsonObject } from './json.ts';

/** A finding in the shape of ValidateStateMachineDefinition. */
export interface Diagnostic {
  readonly severity: 'ERROR';
  readonly code: string;
  readonly message: string;
  readonly location: string;
}

export function unknownFields(value: JsonObject, known: readonly string[], location: string): Diagnostic[] {
  return Object.keys(value)
    .filter((field) => !known.includes(field))
    .map((field) =>
      finding('SCHEMA_VALIDATION_FAILED', `Field "${field}" is not supported by the sandbox.`, `${location}/${field}`),
    );
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

export function finding(code: string, message: string, location: string): Diagnostic {
  return { severity: 'ERROR', code, message, location };
}
