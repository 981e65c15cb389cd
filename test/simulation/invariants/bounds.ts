import type { Execution } from '../../../sandbox/services/states/execution.ts';
import type { Invariant } from '../contract.ts';

/** Step Functions ends an execution of 25,000 events, and refuses data of 256 KiB (quotas); the product's own limits are below. */
const mostEvents = 20_000;
const mostBytes = 200_000;

/** Law 9. */
export const historiesAreBounded: Invariant = {
  name: 'histories-are-bounded',
  watch: (_scene, violated) => ({
    ended({ name, history, output }) {
      if (history.events.length > mostEvents) violated(`${name} has ${history.events.length} events`);
      const bytes = Buffer.byteLength(JSON.stringify(output ?? null));
      if (bytes > mostBytes) violated(`the output of ${name} has ${bytes} bytes`);
    },
  }),
};

/** How the tokens begin that functions and clusters use: those of EKS, of AWS sessions, and of signatures. */
const secret = /k8s-aws-v1\.|X-Amz-Security-Token|aws_session_token/i;

/** No secret in any history. */
export const historiesHoldNoSecret: Invariant = {
  name: 'histories-hold-no-secret',
  watch: (_scene, violated) => ({
    ended(execution) {
      const found = secret.exec(textOf(execution));
      if (found) violated(`the history of ${execution.name} holds ${found[0]}…`);
    },
  }),
};

function textOf({ history, input, output, cause }: Execution): string {
  return JSON.stringify([history.events, input, output ?? null, cause ?? '']);
}
