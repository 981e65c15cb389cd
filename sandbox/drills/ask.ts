import { parseArgs } from 'node:util';
import { InputError } from '../input.ts';
import type { Announced } from './announcement.ts';

export interface Request {
  readonly instance: string;
  /** Until the instance ends; what FIS calls `durationBeforeInterruption`. */
  readonly minutes: number;
  /** Of the sandbox's AWS endpoint; needed where several stay up. */
  readonly port: number | undefined;
}

export const usage = `npm run interrupt -- INSTANCE [--minutes N] [--port N]

Takes a Spot instance away from a sandbox that stays up (npm start), as the action aws:ec2:send-spot-instance-interruptions of AWS Fault
Injection Service does: EC2 recommends its replacement now, warns two minutes before the end, and ends it.

  --minutes N   from now to its end, 2 to 15; 2 by default
  --port N      the sandbox at this port, where several stay up`;

/**
 * What `npm run interrupt` is asked for; undefined when it is asked for help.
 *
 * @throws InputError naming what is wrong
 */
export function readRequest(args: readonly string[]): Request | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [instance, ...others] = positionals;
  if (instance === undefined || others.length > 0)
    throw new InputError('name one instance, such as i-0123456789abcdef0');
  const { port } = values;
  return {
    instance,
    minutes: wholeNumber('--minutes', values.minutes, 2, 15),
    port: port === undefined ? undefined : wholeNumber('--port', port, 1, 65_535),
  };
}

function parse(args: readonly string[]) {
  const options = {
    minutes: { type: 'string', default: '2' },
    port: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new InputError(`${flag} '${text}': a whole number from ${least} to ${most}`);
}

/**
 * The sandbox that is meant: the one of the port, or the only one.
 *
 * @throws InputError when there is none, or when it could be several
 */
export function meant(all: readonly Announced[], port: number | undefined): Announced {
  const found = port === undefined ? all : all.filter((one) => one.port === port);
  const [first] = found;
  const ports = all.map((one) => one.port).join(', ');
  if (!first)
    throw new InputError(all.length === 0 ? 'no sandbox stays up: npm start' : `--port ${port}: one of ${ports}`);
  if (found.length > 1) throw new InputError(`several sandboxes stay up: --port with one of ${ports}`);
  return first;
}

/**
 * Asks a sandbox to interrupt the instance.
 *
 * @returns what it says
 * @throws InputError in its words when it refuses, or when nobody is there any more
 */
export async function ask({ url, port }: Announced, { instance, minutes }: Request): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${url}/spot-experiment/${instance}?minutes=${minutes}`, { method: 'POST' });
  } catch (error) {
    throw new InputError(`the sandbox of port ${port} is not there any more`, { cause: error });
  }
  const text = (await response.text()).trim();
  if (!response.ok) throw new InputError(text);
  return text;
}
