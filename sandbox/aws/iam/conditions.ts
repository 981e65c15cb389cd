import { type ConditionContext, listOf, type Statement, wildcard } from './policy.ts';

type Test = (given: string, wanted: string) => boolean;

/** The operators that the sandbox evaluates: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const tests: Readonly<Record<string, Test>> = {
  StringEquals: (given, wanted) => given === wanted,
  StringEqualsIgnoreCase: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
  StringLike: (given, wanted) => wildcard(wanted, given),
  // "ArnEquals and ArnLike behave identically."
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: (given, wanted) => Number(given) === Number(wanted),
  NumericLessThan: (given, wanted) => Number(given) < Number(wanted),
  NumericLessThanEquals: (given, wanted) => Number(given) <= Number(wanted),
  NumericGreaterThan: (given, wanted) => Number(given) > Number(wanted),
  NumericGreaterThanEquals: (given, wanted) => Number(given) >= Number(wanted),
};

const negated: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

/** Condition keys whose values the sandbox can know. A policy with any other key is refused by the key's name. */
const knownKeys: readonly RegExp[] = [
  /^aws:(SourceArn|SourceAccount|SourceOwner|PrincipalArn|PrincipalAccount|PrincipalServiceName|RequestedRegion|ResourceAccount|SecureTransport)$/i,
  /^(aws|autoscaling|ec2|eks):ResourceTag\/.+$/i,
  /^ec2:Region$/i,
  /^dynamodb:LeadingKeys$/i,
  /^eks:kubernetesVersion$/i,
  /^events:(source|detail-type)$/i,
  /^cloudwatch:namespace$/i,
  /^iam:PassedToService$/i,
  /^states:StateMachineQualifier$/i,
];

interface Operator {
  readonly test: Test;
  readonly negate: boolean;
  readonly ifExists: boolean;
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
}

/** Throws when the statement has an operator, a key or a variable that the sandbox does not evaluate. */
export function checkConditions(statement: Statement): void {
  for (const [operator, block] of Object.entries(statement.Condition ?? {})) {
    if (operator !== 'Null') operatorOf(operator);
    for (const [key, wanted] of Object.entries(block)) {
      if (!knownKeys.some((known) => known.test(key)))
        throw new Error(`The sandbox does not know the IAM condition key '${key}'.`);
      const variable = listOf(wanted).find((value) => /\$\{(?![*?$]\})/.test(String(value)));
      if (variable !== undefined)
        throw new Error(`The sandbox does not resolve the IAM policy variable in '${String(variable)}'.`);
    }
  }
}

/** Do all conditions of the statement hold? A key that the request does not have fails its operator unless that ends in IfExists or is negated. */
export function conditionsHold(statement: Statement, context: ConditionContext): boolean {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), listOf<string>(value)]));
  return Object.entries(statement.Condition ?? {}).every(([operator, block]) =>
    Object.entries(block).every(([key, wanted]) => {
      const given = values.get(key.toLowerCase());
      const expected = listOf(wanted).map(String);
      if (operator === 'Null') return expected.some((value) => (value === 'true') === (given === undefined));
      return holds(operatorOf(operator), given, expected);
    }),
  );
}

/**
 * Does the operator hold for the values of one key? Without a value, or with an empty one, `ForAllValues` holds and `ForAnyValue` does not.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function holds(operator: Operator, given: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const one = (value: string) => wanted.some((pattern) => operator.test(value, pattern)) !== operator.negate;
  const empty = operator.quantifier !== undefined && given?.every((value) => value === '');
  if (given === undefined || given.length === 0 || empty) {
    return (
      operator.ifExists ||
      operator.quantifier === 'ForAllValues' ||
      (operator.negate && operator.quantifier === undefined)
    );
  }
  return operator.quantifier === 'ForAllValues' ? given.every(one) : given.some(one);
}

function operatorOf(name: string): Operator {
  const found = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name);
  const base = found?.[2] ?? '';
  const test = tests[negated[base] ?? base];
  if (!test) throw new Error(`The sandbox does not know the IAM condition operator '${name}'.`);
  return {
    test,
    negate: base in negated,
    ifExists: found?.[3] !== undefined,
    quantifier: found?.[1] as Operator['quantifier'],
  };
}

/** Each of the six parts of an ARN is matched by itself. */
function arnLike(given: string, wanted: string): boolean {
  const parts = (arn: string) => {
    const [arnWord = '', partition = '', service = '', region = '', account = '', ...resource] = arn.split(':');
    return [arnWord, partition, service, region, account, resource.join(':')];
  };
  const givenParts = parts(given);
  return parts(wanted).every((part, index) => wildcard(part, givenParts[index] ?? ''));
}
