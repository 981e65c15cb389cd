import { type Created, type Destination, LoadError, type Properties, type Template } from './contract.ts';
import { holds, referencesIn, resolve, type Scope } from './intrinsics.ts';
import { resourceTypes } from './resource-types.ts';

export interface Loaded {
  /** What each logical id became. */
  readonly created: ReadonlyMap<string, Created>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Properties that were accepted and have no effect, as `Type.Property: reason`. */
  readonly withoutEffect: readonly string[];
}

/** CDK's own record of itself; it makes nothing. */
const ignored = ['AWS::CDK::Metadata'];

/**
 * Creates everything that a synthesized template declares, in the order of its references.
 *
 * @throws LoadError naming the resource, for a type, property, reference or function that the sandbox does not know; nothing
 *   has been created then but what came before it
 */
export async function loadTemplate(template: Template, destination: Destination): Promise<Loaded> {
  const created = new Map<string, Created>();
  const scope: Scope = { template, stackName: destination.stackName, created, parameters: parametersOf(template) };
  checkTypes(template);
  const withoutEffect = new Set<string>();
  for (const id of inOrder(template)) {
    const { Type, Properties: given = {}, Condition } = template.Resources[id] ?? { Type: '' };
    if (ignored.includes(Type) || (Condition !== undefined && !holds(Condition, scope))) continue;
    const type = resourceTypes[Type];
    if (!type) continue;
    created.set(
      id,
      await explaining(id, Type, async () => {
        const properties = resolve(given, scope) as Properties;
        for (const name of Object.keys(properties)) {
          const why = type.noEffect?.[name];
          if (why !== undefined) withoutEffect.add(`${Type}.${name}: ${why}`);
          else if (!type.properties.includes(name))
            throw new LoadError(`the sandbox does not know its property '${name}'`);
        }
        return await type.create(destination, properties, id);
      }),
    );
  }
  const outputs = Object.entries(template.Outputs ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || holds(Condition, scope),
  );
  return {
    created,
    outputs: Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(resolve(Value, scope))])),
    withoutEffect: [...withoutEffect].toSorted(),
  };
}

function checkTypes(template: Template): void {
  const unknown = Object.entries(template.Resources)
    .filter(([, { Type }]) => !resourceTypes[Type] && !ignored.includes(Type))
    .map(([id, { Type }]) => `${id} (${Type})`);
  if (unknown.length > 0) throw new LoadError(`the sandbox does not know these resource types: ${unknown.join(', ')}`);
}

/** SSM parameters such as the bootstrap version stand for themselves: nothing in the sandbox reads them. */
function parametersOf(template: Template): Record<string, string> {
  const entries = Object.entries(template.Parameters ?? {});
  return Object.fromEntries(entries.flatMap(([name, { Default }]) => (Default === undefined ? [] : [[name, Default]])));
}

/** Logical ids, each after everything that it refers to. */
function inOrder(template: Template): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, path: readonly string[]) => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') throw new LoadError(`circular references: ${[...path, id].join(' -> ')}`);
    state.set(id, 'open');
    const declaration = template.Resources[id];
    const depends = [declaration?.DependsOn ?? []].flat();
    const references = [...referencesIn(declaration?.Properties ?? {}), ...depends];
    for (const other of new Set(references)) if (template.Resources[other]) visit(other, [...path, id]);
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id, []);
  return order;
}

async function explaining<Result>(id: string, type: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new LoadError(`${id} (${type}): ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
