import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { type Bundles, bundleFunctions } from '../../infra/bundle.ts';
import { loadConfiguration } from '../../infra/config.ts';
import { StewardStack } from '../../infra/stacks/steward-stack.ts';

const root = join(import.meta.dirname, '..', '..');

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

export interface Synthesized {
  readonly stack: StewardStack;
  readonly bundles: Bundles;
  readonly resources: Readonly<Record<string, Resource>>;
  /** The resources of one type. */
  readonly ofType: (type: string) => readonly Resource[];
}

/** The stack as `cdk synth` makes it, with the context of cdk.json and functions bundled for real. */
export async function synthesized(): Promise<Synthesized> {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context });
  const bundles = await bundleFunctions();
  const stack = new StewardStack(app, 'EksSteward', { configuration: loadConfiguration().settings, bundles });
  const assembly = app.synth();
  const template = assembly.getStackByName(stack.stackName).template as { Resources: Record<string, Resource> };
  const resources = template.Resources;
  return {
    stack,
    bundles,
    resources,
    ofType: (type) => Object.values(resources).filter((resource) => resource.Type === type),
  };
}

/** What the two packs of cdk-nag find in the stack. */
export function findings({ stack }: Synthesized): unknown[] {
  return [new AwsSolutionsChecks(stack), new ServerlessChecks(stack)].flatMap(
    (pack) => pack.validateScope(stack).violations,
  );
}

/** The text of a value whose intrinsic functions are put in angle brackets. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (join) return join[1].map(textOf).join(join[0]);
  return JSON.stringify(value).replace(/"/g, "'");
}
