import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ConfigurationError } from '../shared/config/parse.ts';
import type { Configuration } from '../shared/config/schema.ts';
import { bundleFunctions } from './bundle.ts';
import { loadConfiguration } from './config.ts';
import { StewardStack } from './stacks/steward-stack.ts';

const app = new App();
const settings = settingsOf(app.node.tryGetContext('config'));
new StewardStack(app, 'EksSteward', {
  configuration: settings,
  bundles: await bundleFunctions(join(app.outdir, 'functions')),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();

/** What is wrong in steward.yaml is said without a stack: it is not ours that went wrong. */
function settingsOf(path: string | undefined): Configuration {
  try {
    return loadConfiguration(path).settings;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
