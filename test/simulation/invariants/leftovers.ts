import { person } from '../../../sandbox/aws/contract.ts';
import type { Invariant } from '../contract.ts';
import { isCordoned, marksOf, type Scene } from '../scene.ts';

/** Law 8: an hour after everything nothing of the product is on a node of an instance that lives. */
export const nodesAreLeftAsTheyWere: Invariant = {
  name: 'nodes-are-left-as-they-were',
  watch: (scene, violated) => ({
    atLast() {
      for (const node of scene.cluster.store.list('nodes')) {
        const marks = marksOf(node);
        const state = scene.instanceOfNode(node.metadata.name)?.state ?? 'no instance';
        // What is stopped cannot be healed before it comes back.
        if (marks.length === 0 || state === 'stopped') continue;
        const cordon = isCordoned(node) ? 'cordoned, ' : '';
        violated(`${node.metadata.name} (${state}) is still ${cordon}marked: ${marks.join(', ')}`);
      }
    },
  }),
};

interface Row {
  readonly pk: { readonly S: string };
  readonly state?: { readonly S: string };
  readonly holder?: { readonly S: string };
  readonly until?: { readonly N: string };
}

interface Page {
  readonly Items?: readonly Row[];
  readonly LastEvaluatedKey?: object;
}

/** Every row of the work table of that kind, as a person sees it. */
async function rowsOf({ sandbox: { cloud } }: Scene, kind: 'case' | 'lease'): Promise<Row[]> {
  const tables = await cloud.call<{ TableNames?: string[] }>('dynamodb', 'ListTables', {}, person);
  const rows: Row[] = [];
  let from: object | undefined;
  do {
    const input = { TableName: tables.TableNames?.[0], ...(from && { ExclusiveStartKey: from }) };
    const page = await cloud.call<Page>('dynamodb', 'Scan', input, person);
    rows.push(...(page.Items ?? []).filter(({ pk }) => pk.S.startsWith(`${kind}#`)));
    from = page.LastEvaluatedKey;
  } while (from);
  return rows;
}

/** Every case is closed when its work is done. */
export const casesAreClosed: Invariant = {
  name: 'cases-are-closed',
  watch: (scene, violated) => ({
    async atLast() {
      for (const { pk, state, holder } of await rowsOf(scene, 'case'))
        if (state?.S === 'Open')
          violated(`the case of ${pk.S.replace(/^case#[^/]*\//, '')} is open still; ${holder?.S ?? 'nobody'} holds it`);
    },
  }),
};

/** Law 8: nobody who has ended keeps others from a thing. */
export const leasesAreGivenBack: Invariant = {
  name: 'leases-are-given-back',
  watch: (scene, violated) => ({
    async atLast() {
      for (const { pk, holder, until } of await rowsOf(scene, 'lease'))
        if (holder && Number(until?.N ?? 0) > scene.now()) violated(`${holder.S} still holds ${pk.S}`);
    },
  }),
};

/** Every message ends as work, as a recorded decision, or in quarantine: none in a dead-letter queue, none for ever in an inbox. */
export const messagesAreHandled: Invariant = {
  name: 'messages-are-handled',
  watch: (scene, violated) => ({
    atLast() {
      for (const queue of scene.sandbox.queues.all()) {
        const { visible, inFlight, delayed } = queue.counts();
        const count = visible + inFlight + delayed;
        if (count === 0 || queue.name.endsWith('quarantine')) continue;
        violated(`${count} messages are in ${queue.name}`);
      }
    },
  }),
};
