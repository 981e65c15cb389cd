import * as z from 'zod';

/** Reason codes of a workflow, each with the sentence that a person reads in the log, the output, Slack and kubectl. */
export type Reasons = Readonly<Record<string, string>>;

/** One reason: what was decided or seen, about which thing. */
export interface Reason<Code extends string = string> {
  readonly code: Code;
  /** The instance, node, pod, budget or group that it is about. */
  readonly about: string;
  readonly text: string;
}

/** The schema of a reason with one of these codes. */
export function reasonSchema<Codes extends Reasons>(codes: Codes) {
  const names = Object.keys(codes) as [keyof Codes & string, ...(keyof Codes & string)[]];
  return z.strictObject({ code: z.enum(names), about: z.string(), text: z.string() });
}

/** Makes reasons with their sentences; `detail` adds what only the moment knows, such as a webhook's name. */
export function reasonMaker<Codes extends Reasons>(codes: Codes) {
  return (code: keyof Codes & string, about: string, detail?: string): Reason<keyof Codes & string> => {
    const sentence = codes[code] ?? code;
    return { code, about, text: detail === undefined ? sentence : `${sentence}: ${detail}` };
  };
}
