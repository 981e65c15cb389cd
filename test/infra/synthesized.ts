import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { type Bundles, bundleFunctions } from '../../infra/bundle.ts';
import { loadConfiguration } from '../../infra/config.ts';
import { StewardStack } from '../../infra/stacks/steward-stack.ts';
import { loadWorkflows } from '../../infra/states.ts';
import type { Configuration } from '../../shared/config/schema.ts';
import { type Resources, resourcesOf } from './resources.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Synthesized extends Resources {
  readonly stack: StewardStack;
  readonly bundles: Bundles;
  readonly template: Template;
}

interface Deployment {
  readonly name?: string;
  readonly configuration?: Configuration;
}

/** The stack as `cdk synth` makes it, with the context of cdk.json and functions bundled for real. */
export async function synthesized(deployment: Deployment = {}): Promise<Synthesized> {
  const [stack] = await synthesizedTogether([deployment]);
  return stack as Synthesized;
}

/** Several stacks in one app. */
export async function synthesizedTogether(deployments: readonly Deployment[]): Promise<Synthesized[]> {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context });
  const bundles = await bundleFunctions();
  const workflows = await loadWorkflows();
  const stacks = deployments.map(({ name = 'eks-steward', configuration = loadConfiguration().settings }) => {
    return new StewardStack(app, name, { stackName: name, configuration, bundles, workflows });
  });
  return stacks.map((stack) => {
    const template = Template.fromStack(stack);
    return { stack, bundles, template, ...resourcesOf(template.toJSON()) };
  });
}

/** What the packs of cdk-nag find in the stack. */
export function findings({ stack }: Synthesized): unknown[] {
  return [new AwsSolutionsChecks(stack), new ServerlessChecks(stack), new NIST80053R5Checks(stack)].flatMap(
    (pack) => pack.validateScope(stack).violations,
  );
}
