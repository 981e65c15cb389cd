import { span } from './span.ts';
import type { Entry } from './timeline.ts';

const codes = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof codes;

/** Colours only where a person looks: on a terminal, and not when NO_COLOR is set (no-color.org). */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const colours = stream.isTTY === true && process.env['NO_COLOR'] === undefined;
  return (style, text) => (colours ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

/** `+1m04.2s`, right-aligned. */
function at(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1_000).toFixed(1);
  return `+${minutes > 0 ? `${minutes}m${seconds.padStart(4, '0')}` : seconds}s`.padStart(9);
}

/** `1m48s left`. */
function left(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const text = seconds >= 60 ? `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s` : `${seconds}s`;
  return `${text} left`;
}

/** One line of the timeline for a terminal, with what is left of a deadline, or since when nothing is. */
export function line(entry: Entry, leftMs: number | undefined, paint: (style: Style, text: string) => string): string {
  const passed = leftMs !== undefined && leftMs < 0;
  const remaining = (leftMs === undefined || passed ? '' : left(leftMs)).padStart(11);
  const style: Style = leftMs !== undefined && leftMs < 15_000 ? 'yellow' : 'dim';
  const late = passed ? ` ${paint('yellow', `(deadline passed ${span(-leftMs)} ago)`)}` : '';
  return `${paint('bold', at(entry.ms))} ${paint(style, remaining)}  ${paint('cyan', entry.subject.padEnd(30))} ${entry.what}${late}`;
}
