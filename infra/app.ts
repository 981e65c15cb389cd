import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundleFunctions } from './bundle.ts';
import { loadConfiguration } from './config.ts';
import { StewardStack } from './stacks/steward-stack.ts';

const app = new App();
const { settings } = loadConfiguration(app.node.tryGetContext('config'));
new StewardStack(app, 'EksSteward', { configuration: settings, bundles: await bundleFunctions() });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();
