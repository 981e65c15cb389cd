import { type Part, part } from '../part.ts';
import type { Destination, Template } from './contract.ts';
import { type Loaded, loadTemplate } from './load-template.ts';

/** What the template declares, created when it is opened. */
export class TemplatePart {
  readonly part: Part;
  #loaded: Loaded | undefined;

  constructor(template: Template, destination: Destination) {
    this.part = part([], {
      open: async () => {
        this.#loaded = await loadTemplate(template, destination);
      },
    });
  }

  /** What it became. Throws before it is open. */
  get loaded(): Loaded {
    if (this.#loaded === undefined) throw new Error('The template is not loaded yet.');
    return this.#loaded;
  }
}
