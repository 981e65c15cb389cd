import { Expression, isExpression } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { compileTemplate, type Template } from './template.ts';

type StateType = 'Task' | 'Pass' | 'Wait' | 'Choice' | 'Parallel' | 'Map' | 'Succeed' | 'Fail';

/** What a state makes of its result. */
export interface Results {
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly fullJitter: boolean;
}

export interface Catcher extends Results {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface ChoiceRule extends Results {
  readonly condition: Expression | boolean;
  readonly next: string;
}

/** A field that is a number or text, or an expression that gives one. */
export type Field = { readonly value: Json } | { readonly expression: Expression };

/** One state with every expression compiled. Fields of other types are empty. */
export interface State extends Results {
  readonly name: string;
  readonly type: StateType;
  readonly next: string | undefined;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
  readonly resource: string;
  readonly arguments: Template | undefined;
  readonly choices: readonly ChoiceRule[];
  readonly branches: readonly Machine[];
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  /** `TimeoutSeconds`, `HeartbeatSeconds`, `Seconds`, `Timestamp`, `MaxConcurrency`, `ToleratedFailure*`, `Error`, `Cause`. */
  readonly fields: Readonly<Record<string, Field>>;
}

/** A state machine, a branch, or the processor of a Map state. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly timeoutSeconds: number | undefined;
}

/** Compiles a definition that has passed validation. */
export function compileMachine(definition: JsonObject): Machine {
  const states = Object.entries(definition['States'] as JsonObject);
  return {
    startAt: String(definition['StartAt']),
    states: new Map(states.map(([name, state]) => [name, compileState(name, state as JsonObject)])),
    timeoutSeconds: definition['TimeoutSeconds'] as number | undefined,
  };
}

const fieldNames = [
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Seconds',
  'Timestamp',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Error',
  'Cause',
];

function compileState(name: string, state: JsonObject): State {
  const processors = state['ItemProcessor'] === undefined ? state['Branches'] : [state['ItemProcessor']];
  const given = fieldNames.filter((field) => state[field] !== undefined);
  const type = state['Type'] as StateType;
  return {
    name,
    type,
    next: type === 'Choice' ? optionalText(state['Default']) : optionalText(state['Next']),
    ...compileResults(state, ''),
    retry: list(state['Retry']).map(compileRetrier),
    catch: list(state['Catch']).map((item, index) => compileCatcher(item, index)),
    resource: String(state['Resource'] ?? ''),
    arguments: optionalTemplate(state, 'Arguments', ''),
    choices: list(state['Choices']).map((item, index) => compileChoice(item, index)),
    branches: list(processors).map(compileMachine),
    items: compileItems(state['Items']),
    itemSelector: optionalTemplate(state, 'ItemSelector', ''),
    fields: Object.fromEntries(given.map((field) => [field, compileField(state[field] as Json, field)])),
  };
}

function compileResults(holder: JsonObject, prefix: string): Results {
  return { output: optionalTemplate(holder, 'Output', prefix), assign: optionalTemplate(holder, 'Assign', prefix) };
}

function optionalTemplate(holder: JsonObject, field: string, prefix: string): Template | undefined {
  const value = holder[field];
  return value === undefined ? undefined : compileTemplate(value, `${prefix}${field}`);
}

function compileItems(items: Json | undefined): Template | undefined {
  if (items === undefined) return undefined;
  if (typeof items !== 'string' || !isExpression(items)) return compileTemplate(items, 'Items');
  const expression = new Expression(items, 'Items');
  return (bindings) => expression.evaluateAs('array', bindings);
}

function compileField(value: Json, field: string): Field {
  return typeof value === 'string' && isExpression(value) ? { expression: new Expression(value, field) } : { value };
}

/** Defaults: https://states-language.net/spec.html#errors */
function compileRetrier(retrier: JsonObject): Retrier {
  const number = (name: string, fallback: number) => (retrier[name] as number | undefined) ?? fallback;
  return {
    errorEquals: retrier['ErrorEquals'] as readonly string[],
    intervalSeconds: number('IntervalSeconds', 1),
    maxAttempts: number('MaxAttempts', 3),
    backoffRate: number('BackoffRate', 2),
    maxDelaySeconds: number('MaxDelaySeconds', Number.POSITIVE_INFINITY),
    fullJitter: retrier['JitterStrategy'] === 'FULL',
  };
}

function compileCatcher(catcher: JsonObject, index: number): Catcher {
  return {
    errorEquals: catcher['ErrorEquals'] as readonly string[],
    next: String(catcher['Next']),
    ...compileResults(catcher, `Catch[${index}]/`),
  };
}

function compileChoice(rule: JsonObject, index: number): ChoiceRule {
  const condition = rule['Condition'];
  return {
    condition:
      typeof condition === 'string' ? new Expression(condition, `Choices[${index}]/Condition`) : condition === true,
    next: String(rule['Next']),
    ...compileResults(rule, `Choices[${index}]/`),
  };
}

function list(value: Json | undefined): readonly JsonObject[] {
  return (value ?? []) as readonly JsonObject[];
}

function optionalText(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
