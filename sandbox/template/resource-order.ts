import { LoadError, type Template } from './contract.ts';
import { referencesIn } from './intrinsics.ts';

/**
 * Logical ids, each after everything that it refers to.
 *
 * @throws LoadError for circular references
 */
export function resourceOrder(template: Template): string[] {
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
