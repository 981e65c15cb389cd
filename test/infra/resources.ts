import { join } from 'node:path';
import { synthesize } from '../../sandbox/synth.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Resources {
  readonly resources: Readonly<Record<string, Resource>>;
  /** The resources of one type. */
  readonly ofType: (type: string) => readonly Resource[];
}

export function resourcesOf(template: object): Resources {
  const { Resources: resources } = template as { Resources: Record<string, Resource> };
  return { resources, ofType: (type) => Object.values(resources).filter((resource) => resource.Type === type) };
}

/** The resources of the template that the CDK CLI made before all tests. */
export async function deployed(): Promise<Resources> {
  const { template } = await synthesize(join(import.meta.dirname, '..', '..'));
  return resourcesOf(template);
}

/** The text of a value whose intrinsic functions are put in angle brackets. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (join) return join[1].map(textOf).join(join[0]);
  return JSON.stringify(value).replace(/"/g, "'");
}
