import type { Json, JsonObject } from './json.ts';
import { type Diagnostic, finding, objects, unknownFields } from './validate-finding.ts';

/** What a state of each type cannot be without: https://states-language.net/spec.html */
const needed: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource'],
  Choice: ['Choices'],
  Parallel: ['Branches'],
  Map: ['ItemProcessor'],
};

const ruleFields: Readonly<Record<'Retry' | 'Catch' | 'Choices', readonly string[]>> = {
  Retry: [
    'Comment',
    'ErrorEquals',
    'IntervalSeconds',
    'MaxAttempts',
    'BackoffRate',
    'MaxDelaySeconds',
    'JitterStrategy',
  ],
  Catch: ['Comment', 'ErrorEquals', 'Next', 'Output', 'Assign'],
  Choices: ['Comment', 'Condition', 'Next', 'Output', 'Assign'],
};

/** What is wrong with the fields of one state, apart from where it leads. */
export function checkFields(state: JsonObject, location: string): Diagnostic[] {
  return [
    ...checkNeeded(state, location),
    ...checkRules(state, location),
    ...checkErrors(state, location),
    ...checkRetries(state, location),
    ...checkTimes(state, location),
  ];
}

function checkNeeded(state: JsonObject, location: string): Diagnostic[] {
  const type = String(state['Type']);
  const missing = (needed[type] ?? []).filter((field) => state[field] === undefined);
  const found = missing.map((field) => wrong(`A ${type} state needs ${field}.`, location));
  const times = ['Seconds', 'Timestamp'].filter((field) => state[field] !== undefined);
  if (type === 'Wait' && times.length !== 1)
    found.push(wrong('A Wait state has either Seconds or Timestamp.', location));
  for (const field of ['Choices', 'Branches']) {
    const list = state[field];
    if (list !== undefined && objects(list).length === 0)
      found.push(wrong(`${field} must be a list with at least one member.`, `${location}/${field}`));
  }
  return found;
}

function checkRules(state: JsonObject, location: string): Diagnostic[] {
  return (['Retry', 'Catch', 'Choices'] as const).flatMap((field) =>
    objects(state[field]).flatMap((rule, index) => {
      const where = `${location}/${field}[${index}]`;
      const found = unknownFields(rule, ruleFields[field], where);
      if (field === 'Choices' && rule['Condition'] === undefined)
        found.push(wrong('A choice needs a Condition.', where));
      return found;
    }),
  );
}

/** `States.ALL` stands alone and last: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function checkErrors(state: JsonObject, location: string): Diagnostic[] {
  return ['Retry', 'Catch'].flatMap((field) => {
    const rules = objects(state[field]);
    return rules.flatMap((rule, index) => {
      const names = (rule['ErrorEquals'] ?? []) as readonly string[];
      const where = `${location}/${field}[${index}]/ErrorEquals`;
      if (names.length === 0) return [finding('SCHEMA_VALIDATION_FAILED', 'ErrorEquals must not be empty.', where)];
      const wrong = names.includes('States.ALL') && (names.length > 1 || index < rules.length - 1);
      return wrong ? [finding('SCHEMA_VALIDATION_FAILED', 'States.ALL must appear alone and at the end.', where)] : [];
    });
  });
}

/** Ranges: developer guide, "Retrying after an error". */
function checkRetries(state: JsonObject, location: string): Diagnostic[] {
  return objects(state['Retry']).flatMap((rule, index) => {
    const where = `${location}/Retry[${index}]`;
    const interval = number(rule['IntervalSeconds']) ?? 1;
    const longest = number(rule['MaxDelaySeconds']);
    const found: Diagnostic[] = [];
    if (!whole(rule['IntervalSeconds'], 1, 99_999_999))
      found.push(wrong('must be from 1 to 99999999', `${where}/IntervalSeconds`));
    if (!whole(rule['MaxAttempts'], 0, 99_999_999))
      found.push(wrong('must be from 0 to 99999999', `${where}/MaxAttempts`));
    const rate = rule['BackoffRate'];
    if (rate !== undefined && !(typeof rate === 'number' && rate >= 1))
      found.push(wrong('must be at least 1', `${where}/BackoffRate`));
    if (rule['MaxDelaySeconds'] !== undefined && !(longest !== undefined && longest > interval && longest < 31_622_400))
      found.push(wrong('must be more than IntervalSeconds and less than 31622400', `${where}/MaxDelaySeconds`));
    if (rule['JitterStrategy'] !== undefined && rule['JitterStrategy'] !== 'FULL' && rule['JitterStrategy'] !== 'NONE')
      found.push(wrong("must be 'FULL' or 'NONE'", `${where}/JitterStrategy`));
    return found;
  });
}

function checkTimes({ TimeoutSeconds, HeartbeatSeconds }: JsonObject, location: string): Diagnostic[] {
  const wrong =
    typeof TimeoutSeconds === 'number' && typeof HeartbeatSeconds === 'number' && HeartbeatSeconds >= TimeoutSeconds;
  return wrong
    ? [finding('SCHEMA_VALIDATION_FAILED', 'HeartbeatSeconds must be smaller than TimeoutSeconds.', location)]
    : [];
}

function whole(value: Json | undefined, least: number, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function wrong(message: string, location: string): Diagnostic {
  return finding('SCHEMA_VALIDATION_FAILED', message, location);
}
