import { StringDecoder } from 'node:string_decoder';

/** CloudWatch Logs cuts an event at 1 MiB since 2025; a line without an end must not fill the memory. */
const longestLine = 1_048_576;

/** Gives each whole line of a byte stream to `take`, without its line feed. */
export function lineReader(take: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (rest.length > longestLine) {
      take(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
  };
}
