import { createHash } from 'node:crypto';

/** A standard parameter holds 4,096 bytes (Systems Manager user guide, "Managing parameter tiers"). */
const largest = 4_096;
/** `<index>/<count> <hash of the whole>`, the first line of every chunk. Its length is bounded: five digits a number. */
const header = /^(\d{1,5})\/(\d{1,5}) ([0-9a-f]{16})\n/;
const longestHeader = '99999/99999 0123456789abcdef\n'.length;

/** Chunks that are no text: they are of different deployments, or not ours at all. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError';
  /** May they fit together a moment later, when a deployment that is under way has written all of them? */
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean) {
    super(message);
    this.mayPass = mayPass;
  }
}

/**
 * Settings as the JSON that is deployed. `{{` can stand only in a text there and is escaped: in a parameter and in a template it
 * is a reference to another value (Systems Manager PutParameter; CloudFormation, "Dynamic references").
 */
export function settingsText(settings: unknown): string {
  return JSON.stringify(settings).replaceAll('{{', '{\\u007b');
}

/** A text in pieces that each fit one parameter; each tells its index, their count and a hash of the whole. */
export function toChunks(text: string): string[] {
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length || pieces.length === 0; ) {
    let to = Math.min(from + largest - longestHeader, bytes.length);
    // Bytes 10xxxxxx continue a character of UTF-8.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    pieces.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return pieces.map((piece, index) => `${index}/${pieces.length} ${hashOf(text)}\n${piece}`);
}

/**
 * How many chunks there are, as the first one says.
 *
 * @throws ChunkError when it is no first chunk
 */
export function chunkCount(first: string): number {
  const { index, count } = readHeader(first);
  if (index !== 0 || count === 0) throw new ChunkError('the first part calls itself another', false);
  return count;
}

/**
 * The text of which these are all the chunks, in order.
 *
 * @throws ChunkError when they do not belong together, or one is missing or changed
 */
export function fromChunks(chunks: readonly string[]): string {
  const headers = chunks.map(readHeader);
  const mayPass = chunks.length > 1 || (headers[0]?.count ?? 0) > 1;
  const text = chunks.map((chunk) => chunk.replace(header, '')).join('');
  const fits = headers.every(
    ({ index, count, hash }, place) => index === place && count === chunks.length && hash === hashOf(text),
  );
  if (chunks.length === 0 || !fits) throw new ChunkError('its parts are not of one deployment', mayPass);
  return text;
}

function readHeader(chunk: string): { index: number; count: number; hash: string } {
  const [, index, count, hash = ''] = header.exec(chunk) ?? [];
  if (index === undefined) throw new ChunkError('it was not written by a deployment of eks-steward', false);
  return { index: Number(index), count: Number(count), hash };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
