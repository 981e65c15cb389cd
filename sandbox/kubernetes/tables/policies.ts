import type { KubeObject } from '../types/objects.ts';
import { ageColumn, nameColumn } from './cells.ts';
import { type Column, column } from './columns.ts';

const integer = { type: 'integer' } as const;

type PriorityClass = KubeObject & {
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
};

export const priorityClassColumns: readonly Column[] = [
  nameColumn,
  column<PriorityClass>('Value', ({ value }) => value, integer),
  column<PriorityClass>('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
  ageColumn,
  column<PriorityClass>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? '', { wide: true }),
];

type AdmissionPolicy = KubeObject & {
  readonly spec: {
    readonly validations?: readonly object[];
    readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  };
};

export const admissionPolicyColumns: readonly Column[] = [
  nameColumn,
  column<AdmissionPolicy>('Validations', ({ spec }) => spec.validations?.length ?? 0, integer),
  column<AdmissionPolicy>('ParamKind', ({ spec: { paramKind } }) =>
    paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : '<unset>',
  ),
  ageColumn,
];

type AdmissionBinding = KubeObject & {
  readonly spec: {
    readonly policyName?: string;
    readonly paramRef?: { readonly namespace?: string; readonly name?: string };
  };
};

export const admissionBindingColumns: readonly Column[] = [
  nameColumn,
  column<AdmissionBinding>('PolicyName', ({ spec }) => spec.policyName ?? ''),
  column<AdmissionBinding>('ParamRef', ({ spec: { paramRef } }) =>
    paramRef?.name ? `${paramRef.namespace || '*'}/${paramRef.name}` : '<unset>',
  ),
  ageColumn,
];

type RuntimeClass = KubeObject & { readonly handler?: string };

export const runtimeClassColumns: readonly Column[] = [
  nameColumn,
  column<RuntimeClass>('Handler', ({ handler }) => handler ?? ''),
  ageColumn,
];
