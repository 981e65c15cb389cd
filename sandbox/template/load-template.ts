import type { Destination, Template } from './contract.ts';
import { Stack } from './stack.ts';

/** A loaded template: what it became, and how it is updated. */
export type Loaded = Stack;

/**
 * Creates everything that a synthesized template declares, in the order of its references.
 *
 * @throws LoadError naming the resource, for a type, property, reference or function that the sandbox does not know; nothing
 *   has been created then but what came before it
 */
export async function loadTemplate(template: Template, destination: Destination): Promise<Loaded> {
  const stack = new Stack(destination);
  await stack.update({ template, asset: destination.asset });
  return stack;
}
