import type { ApiContext } from '../api/context.ts';
import { createTrusted, type Draft } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import type { KubeObject, Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import type { StatusError } from '../types/status.ts';
import type { NewEvent, Recorder } from './recorder.ts';

/** What a controller that owns pods does to them, told in the events of its object. */
export interface PodWords {
  readonly created: (pod: string) => string;
  readonly deleted: (pod: string) => string;
}

/** Source of the words: pkg/controller/controller_utils.go, RealPodControl. */
const plain: PodWords = { created: (pod) => `Created pod: ${pod}`, deleted: (pod) => `Deleted pod: ${pod}` };

/** Creates and deletes pods for a controller, and writes the events of both. */
export class PodControl {
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #component: string;

  constructor(context: ApiContext, recorder: Recorder, component: string) {
    this.#context = context;
    this.#recorder = recorder;
    this.#component = component;
  }

  create(owner: KubeObject, draft: Draft, words: PodWords = plain): Pod | undefined {
    const refused = (error: StatusError) => {
      // Everything that a namespace on its way out refuses is known already.
      if (error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return;
      this.tell(owner, 'FailedCreate', `Error creating: ${error.message}`, 'Warning');
    };
    const pod = createTrusted(this.#context, 'pods', draft, refused);
    if (pod) this.tell(owner, 'SuccessfulCreate', words.created(pod.metadata.name));
    return pod;
  }

  delete(owner: KubeObject, { metadata }: Pod, words: PodWords = plain): void {
    const { namespace, name } = metadata;
    deleteObject(this.#context, definitionOf('pods'), { namespace, name });
    this.tell(owner, 'SuccessfulDelete', words.deleted(name));
  }

  tell(owner: KubeObject, reason: string, message: string, type: NewEvent['type'] = 'Normal'): void {
    this.#recorder.record(owner, { type, reason, message, component: this.#component });
  }
}
