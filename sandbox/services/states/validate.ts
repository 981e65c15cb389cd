import { Expression, isExpression } from './expression.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { checkFields } from './validate-fields.ts';
import { type Diagnostic, finding, objects, unknownFields } from './validate-finding.ts';

const common = ['Type', 'Comment', 'QueryLanguage', 'Output', 'Assign'];
const flow = ['Next', 'End'];
const recovery = ['Retry', 'Catch'];

/** The fields of each type of state that the sandbox runs: https://states-language.net/spec.html with JSONata. */
const fields: Readonly<Record<string, readonly string[]>> = {
  Task: [...common, ...flow, ...recovery, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Pass: [...common, ...flow],
  Wait: [...common, ...flow, 'Seconds', 'Timestamp'],
  Choice: [...common, 'Choices', 'Default'],
  Parallel: [...common, ...flow, ...recovery, 'Branches', 'Arguments'],
  Map: [
    ...common,
    ...flow,
    ...recovery,
    'Items',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
  ],
  Succeed: common,
  Fail: ['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause'],
};
const machineFields = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
const processorFields = ['Comment', 'StartAt', 'States', 'ProcessorConfig', 'QueryLanguage'];

/** Everything that keeps a definition from running here; none when it can. */
export function validateDefinition(text: string): Diagnostic[] {
  let definition: Json;
  try {
    definition = JSON.parse(text) as Json;
  } catch (error) {
    return [finding('INVALID_JSON_DESCRIPTION', `Invalid JSON: ${String(error)}`, '/')];
  }
  if (!isObject(definition)) return [finding('INVALID_JSON_DESCRIPTION', 'The definition is not an object.', '/')];
  const machine = definition as JsonObject;
  if (machine['QueryLanguage'] !== 'JSONata') {
    return [
      finding(
        'SCHEMA_VALIDATION_FAILED',
        "The sandbox runs QueryLanguage 'JSONata' only, not JSONPath.",
        '/QueryLanguage',
      ),
    ];
  }
  return [...unknownFields(machine, machineFields, ''), ...checkScope(machine, '')];
}

function checkScope(machine: JsonObject, path: string): Diagnostic[] {
  const states = machine['States'];
  if (!isObject(states)) return [finding('SCHEMA_VALIDATION_FAILED', 'States must be an object.', `${path}/States`)];
  const names = Object.keys(states);
  const found: Diagnostic[] = [];
  const targets: string[] = [];
  const reference = (target: unknown, location: string) => {
    targets.push(String(target));
    if (!names.includes(String(target))) {
      found.push(finding('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${String(target)}`, location));
    }
  };
  reference(machine['StartAt'], `${path}/StartAt`);
  for (const [name, state] of Object.entries(states)) {
    const location = `${path}/States/${name}`;
    if (!isObject(state)) found.push(finding('SCHEMA_VALIDATION_FAILED', 'A state must be an object.', location));
    else found.push(...checkState(state as JsonObject, location, reference));
  }
  const tooLong = names.filter((name) => name.length > 80);
  found.push(
    ...tooLong.map((name) =>
      finding('SCHEMA_VALIDATION_FAILED', 'The name of a state has up to 80 characters.', `${path}/States/${name}`),
    ),
  );
  const unreachable = names.filter((name) => !targets.includes(name));
  found.push(
    ...unreachable.map((name) =>
      finding('UNREACHABLE_STATE', `State "${name}" is not reachable.`, `${path}/States/${name}`),
    ),
  );
  return found;
}

type Reference = (target: unknown, location: string) => void;

function checkState(state: JsonObject, location: string, reference: Reference): Diagnostic[] {
  const type = String(state['Type']);
  const known = fields[type];
  if (!known) return [finding('SCHEMA_VALIDATION_FAILED', `Unknown state type '${type}'.`, `${location}/Type`)];
  const found = [...unknownFields(state, known, location), ...checkExpressions(state, location)];
  if (state['QueryLanguage'] !== undefined && state['QueryLanguage'] !== 'JSONata') {
    found.push(
      finding(
        'SCHEMA_VALIDATION_FAILED',
        "The sandbox runs QueryLanguage 'JSONata' only.",
        `${location}/QueryLanguage`,
      ),
    );
  }
  if (state['Next'] !== undefined && state['End'] !== undefined)
    found.push(finding('SCHEMA_VALIDATION_FAILED', 'A state has either Next or End.', location));
  if (state['Next'] !== undefined) reference(state['Next'], `${location}/Next`);
  else if (known.includes('Next') && state['End'] !== true) {
    found.push(finding('SCHEMA_VALIDATION_FAILED', 'A state needs Next or End.', location));
  }
  if (state['Default'] !== undefined) reference(state['Default'], `${location}/Default`);
  for (const [field, list] of [
    ['Choices', state['Choices']],
    ['Catch', state['Catch']],
  ] as const) {
    objects(list).forEach((rule, index) => {
      reference(rule['Next'], `${location}/${field}[${index}]/Next`);
    });
  }
  found.push(...checkFields(state, location), ...checkChildren(state, location));
  return found;
}

function checkChildren(state: JsonObject, location: string): Diagnostic[] {
  const branches = objects(state['Branches']).flatMap((branch, index) => {
    const path = `${location}/Branches[${index}]`;
    return [...unknownFields(branch, processorFields, path), ...checkScope(branch, path)];
  });
  const processor = state['ItemProcessor'];
  if (!isObject(processor)) return branches;
  const path = `${location}/ItemProcessor`;
  const config = (processor as JsonObject)['ProcessorConfig'];
  const mode = isObject(config) ? (config as JsonObject)['Mode'] : 'INLINE';
  const distributed =
    mode === undefined || mode === 'INLINE'
      ? []
      : [
          finding(
            'SCHEMA_VALIDATION_FAILED',
            `The sandbox runs Map in mode 'INLINE' only, not '${String(mode)}'.`,
            path,
          ),
        ];
  return [
    ...branches,
    ...distributed,
    ...unknownFields(processor as JsonObject, processorFields, path),
    ...checkScope(processor as JsonObject, path),
  ];
}

function checkExpressions(value: Json, location: string): Diagnostic[] {
  if (typeof value === 'string') return isExpression(value) ? checkExpression(value, location) : [];
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, index) => checkExpressions(item, `${location}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value as JsonObject).flatMap(([key, member]) =>
    key === 'Branches' || key === 'ItemProcessor' ? [] : checkExpressions(member, `${location}/${key}`),
  );
}

function checkExpression(text: string, location: string): Diagnostic[] {
  try {
    new Expression(text, location);
    return [];
  } catch (error) {
    return [finding('INVALID_JSONATA_EXPRESSION', error instanceof Error ? error.message : String(error), location)];
  }
}
