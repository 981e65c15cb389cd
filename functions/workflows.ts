import { check } from './check/contract.ts';
import { nodeReplacement } from './node-replacement/contract.ts';

/** Every workflow. Infra, intake, docs, contract tests, dashboard, bundles and drills iterate over it. */
export const workflows = [nodeReplacement, check] as const;
