import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../sandbox.ts';
import type { Drill, DrillOptions } from './contract.ts';

/** A running server that plays drills. */
export interface DrillServer {
  /** `http://127.0.0.1:<port>`; a POST to `/<drill>` or `/<drill>/<instance>` plays one, with `?minutes=N` where it takes them. */
  readonly url: string;
  close(): void;
}

/**
 * Plays drills in a sandbox that stays up, for whoever asks. PutEvents can only send the words of an interruption; as with AWS Fault
 * Injection Service's `aws:ec2:send-spot-instance-interruptions`, here the instance also ends. Listens on 127.0.0.1 only, on a free port.
 *
 * @param drills by name
 */
export async function serveDrills(sandbox: Sandbox, drills: Drills): Promise<DrillServer> {
  const server = createServer((request, response) => void answer(sandbox, drills, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** FIS waits "from 2 to 15 minutes" (FIS actions reference, `durationBeforeInterruption`). Throws for anything else. */
function optionsOf(query: URLSearchParams): DrillOptions {
  const text = query.get('minutes');
  if (text === null) return {};
  const minutes = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (minutes < 2 || minutes > 15) throw new Error(`minutes '${text}': a whole number from 2 to 15`);
  return { minutes };
}

type Drills = Readonly<Record<string, Drill>>;

async function answer(
  sandbox: Sandbox,
  drills: Drills,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
  const [, name = '', instance] = pathname.split('/');
  const drill = Object.hasOwn(drills, name) ? drills[name] : undefined;
  const say = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  if (request.method !== 'POST' || !drill)
    return void say(404, `POST /<drill> or /<drill>/<instance>; drills: ${Object.keys(drills).join(', ')}`);
  try {
    await drill(sandbox, instance === '' ? undefined : instance, optionsOf(searchParams));
    say(200, `${name} is playing; the timeline shows it`);
  } catch (error) {
    // The world refuses what is no running Spot instance: that is for the person who asked.
    say(409, error instanceof Error ? error.message : String(error));
  }
}
