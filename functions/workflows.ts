import { nodeReplacement } from './node-replacement/contract.ts';

/** Every workflow. Infra, intake, docs, contract tests, dashboard, bundles and drills iterate over it. */
export const workflows = [nodeReplacement] as const;
