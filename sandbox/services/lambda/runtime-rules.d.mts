import type { FunctionErrorPayload } from './contract.ts';

interface Of {
  readonly logFormat: string | undefined;
  readonly requestId: string | undefined;
  /** ISO 8601. */
  readonly timestamp: string;
}

type Handler = (event: unknown, context: object) => unknown;

export const consoleLevels: Readonly<Record<string, string>>;
export function consoleLine(of: Of, level: string, args: readonly unknown[]): string;
export function describeError(error: unknown): FunctionErrorPayload;
export function failureLine(of: Of, what: string, described: FunctionErrorPayload): string;
export function handlerParts(handlerName: string): { readonly file: string; readonly exported: string };
export function loadError(error: unknown): unknown;
export function fileMissing(file: string): Error;
export function handlerOf(module: object, handlerName: string, exported: string): Handler;
export function contextOf(
  env: Readonly<Record<string, string | undefined>>,
  of: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly deadline: number;
    readonly now: () => number;
  },
): object;
