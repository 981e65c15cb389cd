import type * as z from 'zod';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { because, contract, reasons as sentences, type Target } from '../contract.ts';
import { cordonChange, isCordonedBy } from '../core/node-changes.ts';
import { livePorts } from '../live-ports.ts';
import { changeNode } from '../nodes/change-node.ts';
import { readNodes } from '../nodes/find-nodes.ts';
import type { Ports } from '../ports.ts';
import { stopWhenPaused } from '../stop-when-paused.ts';

type Input = z.output<(typeof contract)['cordonNodes']['input']>;
type Output = z.input<(typeof contract)['cordonNodes']['output']>;

/** Writes in flight to one cluster; the API server gives an identity like ours some 50 seats. */
const inFlight = 32;

/**
 * Cordons every node of the batch before the first eviction, so that no pod moves from one lost node to the next.
 *
 * @throws PausedError before the first of them
 */
export function cordonNodes(ports: Ports) {
  return async ({ cluster: name, execution, targets }: Input): Promise<Output> => {
    await stopWhenPaused(ports);
    const cluster = await ports.cluster(name);
    const nodes = await readNodes(cluster, targets);
    const results = await inParallel(targets, inFlight, async (target) => {
      const node = nodes.get(target.nodeName);
      const answer = node
        ? await changeNode(cluster, node, (latest) =>
            isCordonedBy(latest, execution) ? undefined : cordonChange(latest, execution),
          )
        : 'Gone';
      if (answer === 'Changed') await cluster.recordEvent(nodeReference(target), cordonEvent(target, execution));
      return { target, gone: answer === 'Gone' };
    });
    // A node that is gone stays a target: its instance is still to be ended, and its case to be closed.
    const gone = results.filter((result) => result.gone);
    return { reasons: gone.map(({ target }) => because('NodeGone', target.nodeName)) };
  };
}

function nodeReference(target: Target) {
  return { kind: 'Node', namespace: '', name: target.nodeName, uid: target.nodeUid } as const;
}

function cordonEvent(target: Target, execution: string) {
  const why = target.forced ? sentences.InterruptionDeadline : target.cause;
  return {
    type: 'Normal',
    reason: 'StewardCordoned',
    message: `cordoned for ${target.cause}: ${why} (${execution})`,
  } as const;
}

export const handler = defineTask(contract.cordonNodes, (input, signal) => cordonNodes(livePorts(signal))(input));
