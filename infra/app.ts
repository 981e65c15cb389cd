import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { ConfigurationError } from '../shared/config/parse.ts';
import type { Configuration } from '../shared/config/schema.ts';
import { bundleFunctions } from './bundle.ts';
import { loadConfiguration } from './config.ts';
import { StewardStack } from './stacks/steward-stack.ts';
import { loadWorkflows } from './states.ts';

/** Begins the names of all resources; longer ones would not leave Lambda's 64 characters enough for the rest. */
const stackName = /^[a-z][a-z0-9-]{0,19}$/;

const app = new App();
const { name = 'eks-steward', config } = app.node.getAllContext() as { name?: string; config?: string };
const configuration = orSay(() => settingsOf(name, config));
const workflows = await loadWorkflows();
const bundles = await bundleFunctions(join(app.outdir, 'functions'));
new StewardStack(app, name, { stackName: name, configuration, bundles, workflows });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app), new NIST80053R5Checks(app));
app.synth();

function settingsOf(name: string, path: string | undefined): Configuration {
  if (!stackName.test(name))
    throw new ConfigurationError([`-c name='${name}': use up to 20 lower-case letters, digits and dashes`]);
  return loadConfiguration(path).settings;
}

/** What is wrong in steward.yaml is said without a stack: it is not ours that went wrong. */
function orSay<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
