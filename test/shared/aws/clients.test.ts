import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { awsClient } from '../../../shared/aws/clients.ts';
import { asTask } from '../../../shared/runtime/aws-errors.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
type Reach = { endpoint: string; region: string; credentials: typeof credentials };

const short = { connect: 100, request: 100, attempts: 2 };

let server: Server;
let asked: number;

/** A server on loopback; gives back its address. */
async function listening(answer: RequestListener): Promise<Reach> {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', credentials };
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('a client of an AWS service', () => {
  it('gives up on a server that never answers, after its attempts', async () => {
    const client = awsClient(EC2Client, short, await listening(() => undefined));
    const call = asTask('describe instances', () => client.send(new DescribeInstancesCommand({})));
    // By what the client counts: on a busy machine it may give up on a connection before the server hears of the request.
    const cause = { name: 'TimeoutError', $metadata: { attempts: 2 } };
    await expect(call).rejects.toMatchObject({ name: 'ApiUnavailableError', cause });
  });

  it('gives up on an answer that stops in the middle', async () => {
    const half: RequestListener = (_, response) => void response.write('{"Parameter":');
    const client = awsClient(SSMClient, short, await listening(half));
    const call = asTask('read a parameter', () => client.send(new GetParameterCommand({ Name: '/a' })));
    await expect(call).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });

  it('gives up at once when the signal says so', async () => {
    const over = new AbortController();
    const client = awsClient(SSMClient, undefined, await listening(() => over.abort()));
    const call = asTask('read a parameter', () =>
      client.send(new GetParameterCommand({ Name: '/a' }), { abortSignal: over.signal }),
    );
    await expect(call).rejects.toMatchObject({ name: 'ApiUnavailableError', cause: { name: 'AbortError' } });
    expect(asked).toBe(1);
  });
});
