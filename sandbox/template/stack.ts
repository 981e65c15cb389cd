import { changedProperties, checkChange, checkRemoval, nameOf } from './check-update.ts';
import {
  type Created,
  type Destination,
  LoadError,
  type Properties,
  type ResourceDeclaration,
  type ResourceType,
  type Template,
} from './contract.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import { resourceOrder } from './resource-order.ts';
import { resourceTypes } from './resource-types.ts';

/** What an update did, by logical id. */
export interface StackChanges {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  /** Left the template, or were replaced. */
  readonly removed: readonly string[];
  /** The same, but kept by their policy. */
  readonly retained: readonly string[];
}

/** The template and the assets to update to. */
export interface StackUpdate {
  readonly template: Template;
  readonly asset: Destination['asset'];
}

interface Resource {
  readonly declaration: ResourceDeclaration;
  readonly type: ResourceType;
  /** Resolved. */
  readonly properties: Properties;
  readonly created: Created;
}

/** CDK's own record of itself; it makes nothing. */
const ignored = ['AWS::CDK::Metadata'];

/** A stack: what a template became, and what becomes of it when another one is deployed. */
export class Stack {
  #destination: Destination;
  #resources: ReadonlyMap<string, Resource> = new Map();
  #outputs: Readonly<Record<string, string>> = {};
  readonly #withoutEffect = new Set<string>();

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  /** What each logical id became. */
  get created(): ReadonlyMap<string, Created> {
    return new Map([...this.#resources].map(([id, { created }]) => [id, created]));
  }

  get outputs(): Readonly<Record<string, string>> {
    return this.#outputs;
  }

  /** Properties that were accepted and have no effect, as `Type.Property: reason`. */
  get withoutEffect(): readonly string[] {
    return [...this.#withoutEffect].toSorted();
  }

  /**
   * Deploys another template, as CloudFormation does: what is the same stays; new and changed resources in the order of their references; what
   * has left or was replaced is removed at the end, in reverse, unless its policy retains it. No time passes meanwhile.
   *
   * @throws LoadError naming resource and reason. What the templates show to be impossible is refused before anything changes; what only
   *   resolved values show ends the update where it is, because nothing is rolled back here
   */
  async update({ template, asset }: StackUpdate): Promise<StackChanges> {
    return await this.#destination.cloud.clock.hold('stack update', async () => {
      this.#destination = { ...this.#destination, asset };
      return await this.#deploy(template);
    });
  }

  async #deploy(template: Template): Promise<StackChanges> {
    checkTypes(template);
    const { stackName } = this.#destination;
    const created = new Map<string, Created>();
    const scope: Scope = { template, stackName, created, parameters: parametersOf(template) };
    const wanted = resourceOrder(template).filter((id) => {
      const { Type = '', Condition } = template.Resources[id] ?? {};
      return !ignored.includes(Type) && (Condition === undefined || holds(Condition, scope));
    });
    const left = [...this.#resources].filter(([id]) => !wanted.includes(id)).toReversed();
    this.#check(template, wanted, left);

    const next = new Map<string, Resource>();
    const done = { created: [] as string[], changed: [] as string[] };
    const replaced: [string, Resource][] = [];
    for (const id of wanted) {
      const declaration = template.Resources[id] as ResourceDeclaration;
      const old = this.#resources.get(id);
      const resource = await explaining(id, declaration.Type, () => this.#make(id, declaration, old, scope));
      created.set(id, resource.created);
      next.set(id, resource);
      if (!old) done.created.push(id);
      else if (resource.properties !== old.properties) done.changed.push(id);
      if (old && resource.created.ref !== old.created.ref) replaced.unshift([id, old]);
      // What has been made is known even if the next one fails.
      this.#resources = new Map([...this.#resources, [id, resource]]);
    }
    const removed = await this.#clean([...replaced, ...left], new Set(replaced.map(([id]) => id)));
    this.#resources = next;
    this.#outputs = outputsOf(template, scope);
    return { ...done, ...removed };
  }

  /** What can be seen before anything is done. */
  #check(template: Template, wanted: readonly string[], left: readonly (readonly [string, Resource])[]): void {
    for (const id of wanted) {
      const { Type, Properties: after = {} } = template.Resources[id] as ResourceDeclaration;
      const old = this.#resources.get(id);
      if (!old) continue;
      if (old.declaration.Type !== Type) throw new LoadError(`${id} (${Type}): it is a ${old.declaration.Type}`);
      checkChange(id, Type, old.type, old.declaration.Properties ?? {}, after);
    }
    for (const [id, { declaration, type }] of left) checkRemoval(id, declaration, type);
  }

  /** Creates, changes or keeps one resource. */
  async #make(
    id: string,
    declaration: ResourceDeclaration,
    old: Resource | undefined,
    scope: Scope,
  ): Promise<Resource> {
    const type = resourceTypes[declaration.Type] as ResourceType;
    const properties = resolve(declaration.Properties ?? {}, scope) as Properties;
    this.#checkProperties(declaration.Type, type, properties);
    if (!old) {
      this.#checkName(declaration.Type, properties);
      return { declaration, type, properties, created: await type.create(this.#destination, properties, id) };
    }
    if (changedProperties(type, old.properties, properties).length === 0) return { ...old, declaration };
    checkChange(id, declaration.Type, type, old.properties, properties);
    if (type.changes === 'replace')
      return { declaration, type, properties, created: await type.create(this.#destination, properties, id) };
    const change = { logicalId: id, created: old.created, before: old.properties, after: properties };
    await type.update?.(this.#destination, change);
    const attributes = type.attributes?.(properties) ?? old.created.attributes;
    return { declaration, type, properties, created: { ref: old.created.ref, attributes } };
  }

  /** A name belongs to one resource: what is under another logical id is another one. */
  #checkName(type: string, properties: Properties): void {
    const name = nameOf(type, properties);
    const known = [...this.#resources.values()].filter(({ declaration }) => declaration.Type === type);
    if (name !== undefined && known.some((other) => nameOf(type, other.properties) === name))
      throw new LoadError(`${name} already exists in stack ${this.#destination.stackName}`);
  }

  #checkProperties(name: string, type: ResourceType, properties: Properties): void {
    for (const property of Object.keys(properties)) {
      const why = type.noEffect?.[property];
      if (why !== undefined) this.#withoutEffect.add(`${name}.${property}: ${why}`);
      else if (!type.properties.includes(property))
        throw new LoadError(`the sandbox does not know its property '${property}'`);
    }
  }

  async #clean(
    gone: readonly (readonly [string, Resource])[],
    replaced: ReadonlySet<string>,
  ): Promise<Pick<StackChanges, 'removed' | 'retained'>> {
    const removed: string[] = [];
    const retained: string[] = [];
    for (const [id, { declaration, type, created, properties }] of gone) {
      const policy = replaced.has(id) ? declaration.UpdateReplacePolicy : declaration.DeletionPolicy;
      if (policy === 'Retain') retained.push(id);
      else {
        await explaining(id, declaration.Type, async () => {
          await type.remove?.(this.#destination, { logicalId: id, created, properties });
        });
        removed.push(id);
      }
    }
    return { removed, retained };
  }
}

function checkTypes(template: Template): void {
  const unknown = Object.entries(template.Resources)
    .filter(([, { Type }]) => !resourceTypes[Type] && !ignored.includes(Type))
    .map(([id, { Type }]) => `${id} (${Type})`);
  if (unknown.length > 0) throw new LoadError(`the sandbox does not know these resource types: ${unknown.join(', ')}`);
  // A description is text: CloudFormation resolves no function there (user guide, "Outputs": "a String type").
  for (const [name, { Description }] of Object.entries(template.Outputs ?? {}))
    if (Description !== undefined && typeof Description !== 'string')
      throw new LoadError(`output ${name}: its description must be text`);
}

/** SSM parameters such as the bootstrap version stand for themselves: nothing in the sandbox reads them. */
function parametersOf(template: Template): Record<string, string> {
  const entries = Object.entries(template.Parameters ?? {});
  return Object.fromEntries(entries.flatMap(([name, { Default }]) => (Default === undefined ? [] : [[name, Default]])));
}

function outputsOf(template: Template, scope: Scope): Record<string, string> {
  const outputs = Object.entries(template.Outputs ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || holds(Condition, scope),
  );
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(resolve(Value, scope))]));
}

async function explaining<Result>(id: string, type: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const named = message.startsWith(`${id} (`) ? message : `${id} (${type}): ${message}`;
    throw new LoadError(named, { cause: error });
  }
}
