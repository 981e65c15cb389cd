import type { Template, Value } from '../sandbox/template/contract.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: Value | readonly Value[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: { readonly 'aws:cdk:path'?: string };
}

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [string, string];
  readonly 'Fn::Join'?: readonly [string, readonly Value[]];
}

/** How many resources of each type the stack creates. */
export function resourceRows(template: Template): string[][] {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  const counted = Map.groupBy(types, (type) => type);
  counted.delete('AWS::CDK::Metadata');
  return [...counted].map(([type, { length }]) => [type, String(length)]).toSorted(byFirst);
}

/** US dollars a month for each metric that an alarm watches, and for a dashboard (CloudWatch pricing, us-east-1). */
const prices = { alarmMetric: 0.1, dashboard: 3 };

/** What the stack costs each month when nothing happens: item, number, price. */
export function fixedCostRows(template: Template): string[][] {
  const resources = Object.values(template.Resources) as readonly Resource[];
  const ofType = (type: string) => resources.filter(({ Type }) => Type === `AWS::CloudWatch::${type}`);
  const alarms = ofType('Alarm');
  const watched = alarms.reduce((sum, { Properties = {} }) => {
    const metrics = Properties['Metrics'] as readonly { readonly MetricStat?: unknown }[] | undefined;
    return sum + (metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1);
  }, 0);
  const dashboards = ofType('Dashboard').length;
  return [
    ['alarms', `${alarms.length}, which watch ${watched} metrics`, dollars(watched * prices.alarmMetric)],
    [
      'dashboard',
      String(dashboards),
      `${dollars(dashboards * prices.dashboard)}, nothing if it is among the first three of the account`,
    ],
  ];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** What the roles of the stack may do in AWS: who, which actions, on what. Roles that may do the same share a row. */
export function rightsRows(template: Template): string[][] {
  const paths = pathsOf(template);
  const functions = [...paths.values()].filter((path) => path.endsWith('/Function')).map(withoutLast);
  const grants = policiesOf(template).flatMap(({ role, statements }) => {
    const owner = withoutLast(paths.get(role) ?? role);
    return statements.flatMap(({ Action, Resource: on, Condition }) => {
      const names = ([on].flat() as readonly Value[]).map((value) => nameOf(value, paths, owner));
      const where = [...new Set(names)].toSorted().map(code).join(', ') + conditionOf(Condition);
      return [Action].flat().map((action) => ({ owner, action, where }));
    });
  });
  const rows = [...Map.groupBy(grants, ({ action, where }) => `${action} ${where}`).values()].map((same) => {
    const who = whoOf(new Set(same.map(({ owner }) => owner)), functions);
    return { who, action: same[0]?.action ?? '', where: same[0]?.where ?? '' };
  });
  return [...Map.groupBy(rows, ({ who, where }) => `${who} ${where}`).values()].map((merged) => [
    merged[0]?.who ?? '',
    merged.map(({ action }) => code(action)).join(', '),
    merged[0]?.where ?? '',
  ]);
}

function policiesOf(template: Template): { role: string; statements: readonly Statement[] }[] {
  return (Object.values(template.Resources) as readonly Resource[])
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => {
      const { Roles, PolicyDocument } = Properties as {
        Roles: readonly [{ Ref: string }];
        PolicyDocument: { Statement: readonly Statement[] };
      };
      return { role: Roles[0].Ref, statements: PolicyDocument.Statement };
    });
}

/** `NodeReplacement/DrainNodes/Role` for a logical id. */
function pathsOf(template: Template): ReadonlyMap<string, string> {
  return new Map(
    (Object.entries(template.Resources) as readonly (readonly [string, Resource])[]).map(([id, { Metadata }]) => {
      const path = Metadata?.['aws:cdk:path'] ?? id;
      // What the clusters with public endpoints have is said without their cell.
      return [id, path.replace(/^[^/]+\/(Public\/)?/, '').replace(/\/Resource$/, '')];
    }),
  );
}

/** The resource as a person would call it: its place in the stack, or the end of its ARN. */
function nameOf(value: Value, paths: ReadonlyMap<string, string>, owner: string): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined } = value as Intrinsic;
  if (joined) {
    const [separator, parts] = joined;
    const text = parts.map((part) => nameOf(part, paths, owner)).join(separator);
    return text.replace(/^arn(:[^:]*){4}:/, '');
  }
  const id = Ref ?? attribute?.[0] ?? '';
  // Partition, region and account.
  if (id.startsWith('AWS::')) return '';
  const path = paths.get(id) ?? id;
  return path.startsWith(`${owner}/`) ? `its own ${path.slice(owner.length + 1)}` : path;
}

function conditionOf(condition: Statement['Condition']): string {
  const tests = Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(
      ([key, values]) => ` if ${code(key)} ${operator} ${[values].flat().map(String).map(code).join(', ')}`,
    ),
  );
  return tests.join(' and');
}

/** Names of roles; all functions, or all of a workflow, by that. */
function whoOf(owners: ReadonlySet<string>, functions: readonly string[]): string {
  const crowds = new Map([['every function', functions]]);
  for (const [workflow, members] of Map.groupBy(functions, withoutLast))
    if (members.length > 1) crowds.set(`every function of ${workflow}`, members);
  const [name, members] = [...crowds].find(([, all]) => all.every((one) => owners.has(one))) ?? ['', []];
  return [name, ...owners].filter((one) => one !== '' && !members.includes(one)).join(', ');
}

function withoutLast(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function code(text: string): string {
  return `\`${text}\``;
}

function byFirst([left = '']: readonly string[], [right = '']: readonly string[]): number {
  return left.localeCompare(right);
}
