import { arnOf } from '../../aws/arn.ts';
import { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import { checkTemplate } from './check-template.ts';
import type { Template, TemplateInput } from './contract.ts';

/** "Experiment templates: 500", which cannot be raised: https://docs.aws.amazon.com/general/latest/gr/fis.html */
const mostTemplates = 500;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `EXTa1b2c3de5f6g7h`, `EXPaBCD1efg2HIJkL3`: https://docs.aws.amazon.com/fis/latest/userguide/monitoring-eventbridge.html */
export function fisId(prefix: 'EXT' | 'EXP', random: Random): string {
  const length = prefix === 'EXT' ? 14 : 15;
  const letter = () => alphabet.charAt(Math.floor(random() * alphabet.length));
  return `${prefix}${Array.from({ length }, letter).join('')}`;
}

/** One thing is made for one token; the API documents no other error for a token that comes again with another request. */
export function fisTokens(): ClientTokens {
  return new ClientTokens(
    () => new AwsError('ConflictException', 'The clientToken has been used for another request.', 409),
  );
}

/** The experiment templates. */
export class Templates {
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #templates = new Map<string, Template>();
  readonly #tokens = fisTokens();

  constructor(clock: SandboxClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  all(): Template[] {
    return [...this.#templates.values()];
  }

  /** Throws what {@link checkTemplate} throws, and `ServiceQuotaExceededException`. */
  create(given: TemplateInput): Template {
    return this.#tokens.once('CreateExperimentTemplate', given.clientToken, given, () => {
      checkTemplate(given);
      if (this.#templates.size >= mostTemplates)
        throw new AwsError('ServiceQuotaExceededException', `There are ${mostTemplates} experiment templates.`, 402);
      const id = fisId('EXT', this.#random);
      const arn = arnOf('fis', `experiment-template/${id}`);
      const template: Template = { id, arn, given, createdAt: this.#clock.date() };
      this.#templates.set(id, template);
      return template;
    });
  }

  find(id: string): Template | undefined {
    return this.#templates.get(id);
  }

  /** Throws `ResourceNotFoundException`. */
  get(id: string): Template {
    const template = this.find(id);
    if (template) return template;
    throw new AwsError('ResourceNotFoundException', `ExperimentTemplate ${id} does not exist.`, 404);
  }

  /** "Any running experiments that use the template are not affected": https://docs.aws.amazon.com/fis/latest/userguide/delete-template.html */
  remove(id: string): Template {
    const template = this.get(id);
    this.#tokens.forget(template);
    this.#templates.delete(id);
    return template;
  }
}
