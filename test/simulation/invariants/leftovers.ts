import { person } from '../../../sandbox/aws/contract.ts';
import type { Invariant } from '../contract.ts';
import { isCordoned, marksOf } from '../scene.ts';

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

/** Every case is closed when its work is done. */
export const casesAreClosed: Invariant = {
  name: 'cases-are-closed',
  watch: (scene, violated) => ({
    async atLast() {
      const { cloud } = scene.sandbox;
      const { TableNames: [TableName] = [] } = await cloud.call<{ TableNames?: string[] }>(
        'dynamodb',
        'ListTables',
        {},
        person,
      );
      for (const id of new Set([...scene.subjects.keys(), ...scene.endings.keys()])) {
        const { Item } = await cloud.call<{ Item?: { state?: { S?: string }; holder?: { S?: string } } }>(
          'dynamodb',
          'GetItem',
          { TableName, Key: { pk: { S: `case#instance/${id}` }, sk: { S: 'case' } } },
          person,
        );
        if (Item?.state?.S === 'Open')
          violated(`the case of ${id} is open still; ${Item.holder?.S ?? 'nobody'} holds it`);
      }
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
