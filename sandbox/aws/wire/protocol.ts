import type { AwsError } from '../contract.ts';
import type { OperationModel, ServiceModel } from '../schema/model.ts';

export interface WireRequest {
  readonly method: string;
  /** Path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

/** One of AWS's wire protocols. Decoding is lenient in types and strict in form: validation comes after it. */
export interface Protocol {
  operation(model: ServiceModel, request: WireRequest): OperationModel;
  input(operation: OperationModel, request: WireRequest): unknown;
  output(model: ServiceModel, operation: OperationModel, output: unknown, requestId: string): WireResponse;
  error(model: ServiceModel | undefined, error: AwsError, requestId: string): WireResponse;
}
