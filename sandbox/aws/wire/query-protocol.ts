import { AwsError } from '../contract.ts';
import { errorOf, type OperationModel, operationOf, type ServiceModel } from '../schema/model.ts';
import type { Protocol, WireRequest, WireResponse } from './protocol.ts';
import { fromQuery } from './query-codec.ts';
import { escapeXml, toXml } from './xml-codec.ts';

/** awsQuery (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html), and EC2's dialect of it. */
export function queryProtocol(dialect: 'query' | 'ec2-query'): Protocol {
  const ec2 = dialect === 'ec2-query';
  return {
    operation: (model, request) => {
      const action = form(request).get('Action');
      if (!action) throw new AwsError('MissingAction', 'The request has no Action parameter.');
      return operationOf(model, action);
    },
    input: (operation, request) => fromQuery(operation.input, form(request), { ec2 }),
    output: (model, operation, output, requestId) =>
      xml(200, requestId, body(ec2, model, operation, output, requestId)),
    error: (model, error, requestId) => {
      const shape = model && errorOf(model, error.code);
      const status = error.status !== 400 ? error.status : (shape?.status ?? 400);
      const code = escapeXml(shape?.queryCode ?? error.code);
      const fields = shape ? toXml(shape.schema, error.fields) : '';
      const inner = `<Code>${code}</Code><Message>${escapeXml(error.message)}</Message>${fields}`;
      if (ec2)
        return xml(
          status,
          requestId,
          `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
        );
      const type = status < 500 ? 'Sender' : 'Receiver';
      const namespace = model?.xmlNamespace ? ` xmlns="${model.xmlNamespace}"` : '';
      return xml(
        status,
        requestId,
        `<ErrorResponse${namespace}><Error><Type>${type}</Type>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    },
  };
}

function body(
  ec2: boolean,
  model: ServiceModel,
  operation: OperationModel,
  output: unknown,
  requestId: string,
): string {
  const { name } = operation;
  const namespace = model.xmlNamespace ? ` xmlns="${model.xmlNamespace}"` : '';
  const members = toXml(operation.output, output);
  if (ec2) return `<${name}Response${namespace}><requestId>${requestId}</requestId>${members}</${name}Response>`;
  const result = operation.output.isUnitSchema() ? '' : `<${name}Result>${members}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return `<${name}Response${namespace}>${result}${metadata}</${name}Response>`;
}

function form(request: WireRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query;
}

function xml(status: number, requestId: string, content: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
  };
}
