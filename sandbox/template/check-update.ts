import { isDeepStrictEqual } from 'node:util';
import { LoadError, type Properties, type ResourceDeclaration, type ResourceType } from './contract.ts';

/**
 * Can an update do this to a resource? Asked with the properties as the templates have them before anything is changed, and again with
 * resolved ones when their turn has come.
 *
 * @throws LoadError naming the resource and the property
 */
export function checkChange(id: string, name: string, type: ResourceType, before: Properties, after: Properties): void {
  if (type.changes === 'replace') return;
  const fixed = changedProperties(type, before, after).find((property) => type.changes?.includes(property) !== true);
  if (fixed === undefined) return;
  throw new LoadError(`${id} (${name}): an update of the stack does not change its '${fixed}' in the sandbox`);
}

/** @throws LoadError for a resource that leaves the template and cannot be removed */
export function checkRemoval(id: string, { Type, DeletionPolicy }: ResourceDeclaration, type: ResourceType): void {
  if (type.remove || DeletionPolicy === 'Retain') return;
  throw new LoadError(`${id} (${Type}): an update of the stack does not remove it in the sandbox`);
}

/** The properties with an effect that differ. */
export function changedProperties(type: ResourceType, before: Properties, after: Properties): readonly string[] {
  return type.properties.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** The property with which a template names a resource itself. */
const names: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** The name that the template gives to a resource, if it gives one. A rule's counts within its bus. */
export function nameOf(type: string, properties: Properties): string | undefined {
  const name = properties[names[type] ?? ''];
  if (typeof name !== 'string') return undefined;
  return type === 'AWS::Events::Rule' ? `${String(properties['EventBusName'] ?? 'default')}/${name}` : name;
}
