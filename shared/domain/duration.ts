const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/;

/** Milliseconds of a duration as `90s`, `15m` or `1h30m`; undefined when the text is not one. */
export function parseDuration(text: string): number | undefined {
  if (text === '' || !pattern.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhd])/g)) {
    total += Number(amount) * units[unit as keyof typeof units];
  }
  return total;
}

/** `95_000` as `1m35s`; less than a second as `0s`. */
export function formatDuration(milliseconds: number): string {
  let seconds = Math.max(0, Math.round(milliseconds / 1_000));
  let text = '';
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    const amount = Math.floor(seconds / length);
    if (amount > 0) text += `${amount}${unit}`;
    seconds -= amount * length;
  }
  return seconds > 0 || text === '' ? `${text}${seconds}s` : text;
}
