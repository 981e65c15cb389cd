import { parseBody } from '../api/patch.ts';
import { StatusError } from '../types/status.ts';
import type { Exchange } from './exchange.ts';
import { decodeProtobuf } from './protobuf.ts';

/** The request's body by its Content-Type: JSON (also when none is named), YAML or protobuf. Throws 415 or 400. */
export function bodyOf(exchange: Exchange): unknown {
  const type = (exchange.request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  if (type === 'application/json') return parseBody(exchange.body.toString(), false);
  if (type === 'application/yaml') return parseBody(exchange.body.toString(), true);
  if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(exchange.body);
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ' +
    'application/vnd.kubernetes.protobuf';
  throw new StatusError(415, 'UnsupportedMediaType', message);
}
