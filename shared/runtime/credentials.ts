/**
 * Takes the place of the SDK's default credential chain in the bundles (see infra/bundle.ts): in Lambda the credentials of
 * the function's role are in the environment and nowhere else.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
